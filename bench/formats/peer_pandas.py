"""TensorFlow's tutorials: xml_to_csv and generate_tfrecord read and write their CSV with pandas, a row a box."""
import os

from common import by_split, copy_image, main

import pandas as pd

COLUMNS = ["filename", "width", "height", "class", "xmin", "ymin", "xmax", "ymax"]


def read(folder):
    images = []
    for split in ["train", "val", "test"]:
        table = pd.read_csv(f"{folder}/{split}_labels.csv", dtype={"class": str, "filename": str}, keep_default_na=False)
        for name, rows in table.groupby("filename"):
            objects = [{"class": row["class"], "box": [row[end] for end in COLUMNS[4:]]} for _, row in rows.iterrows()]
            size = {"width": int(rows["width"].iloc[0]), "height": int(rows["height"].iloc[0])}
            images.append({"file": name, "split": split, **size, "objects": objects})
    return images


def write(truth, folder):
    for split, images in by_split(truth).items():
        rows = []
        for image in images:
            name = copy_image(image, f"{folder}/images/{split}")
            rows += [(name, image["width"], image["height"], own["class"], *own["box"]) for own in image["objects"]]
        pd.DataFrame(rows, columns=COLUMNS).to_csv(f"{folder}/{split}_labels.csv", index=None)


main({"csv": read}, {"csv": write})
