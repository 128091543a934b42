"""pylabel."""
import os

from common import copy_image, main, stem

import pandas as pd
from pylabel import importer


def images_of(dataset, splits=None):
    images = {}
    for row in dataset.df.to_dict("records"):
        image = images.setdefault(row["img_filename"], {"file": row["img_filename"], "objects": []})
        if splits is not None:
            image["split"] = row["split"]
        if not pd.isna(row["ann_bbox_xmin"]) and row["ann_bbox_xmin"] != "":
            box = [float(row[f"ann_bbox_{end}"]) for end in ["xmin", "ymin", "xmax", "ymax"]]
            image["objects"].append({"class": row["cat_name"], "box": box})
    return list(images.values())


def read_yolo(folder):
    """pylabel reads the labels of one folder and is told the classes."""
    import yaml

    with open(f"{folder}/data.yaml", encoding="utf-8") as file:
        names = yaml.safe_load(file)["names"]
    images = []
    for split in os.listdir(f"{folder}/labels"):
        dataset = importer.ImportYoloV5(
            path=f"{folder}/labels/{split}",
            path_to_images=f"../../images/{split}",
            img_ext="jpg",
            cat_names=[names[i] for i in range(len(names))],
            encoding="utf-8",
        )
        images += [{**image, "split": split} for image in images_of(dataset)]
    return images


def dataset_of(truth, folder):
    """What pylabel has read from COCO, as it has no other way in."""
    import json

    images, annotations = [], []
    for i, image in enumerate(truth["images"]):
        name = copy_image(image, f"{folder}/images")
        images.append({"id": i, "file_name": name, "width": image["width"], "height": image["height"]})
        for own in image["objects"]:
            x1, y1, x2, y2 = own["box"]
            annotations.append(
                {
                    "id": len(annotations),
                    "image_id": i,
                    "category_id": truth["classes"].index(own["class"]),
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": (x2 - x1) * (y2 - y1),
                    "iscrowd": 0,
                    "segmentation": [],
                }
            )
    categories = [{"id": i, "name": name, "supercategory": ""} for i, name in enumerate(truth["classes"])]
    with open(f"{folder}.coco.json", "w", encoding="utf-8") as file:
        json.dump({"images": images, "annotations": annotations, "categories": categories}, file)
    return importer.ImportCoco(f"{folder}.coco.json", path_to_images=f"{folder}/images", name="made")


def write_coco(truth, folder):
    dataset_of(truth, folder).export.ExportToCoco(output_path=f"{folder}/images/coco.json", cat_id_index=1)


def write_voc(truth, folder):
    dataset_of(truth, folder).export.ExportToVoc(output_path=f"{folder}/annotations", database_=True)


def write_yolo(truth, folder):
    dataset = dataset_of(truth, folder)
    dataset.splitter.GroupShuffleSplit(train_pct=1, val_pct=0, test_pct=0) if False else None
    dataset.df["split"] = ""
    dataset.export.ExportToYoloV5(output_path=f"{folder}/labels", yaml_file="dataset.yaml", copy_images=False)
    import glob

    print(glob.glob(f"{folder}/**", recursive=True))


main(
    {
        "coco": lambda folder: images_of(importer.ImportCoco(f"{folder}/annotations.json")),
        "voc": lambda folder: images_of(importer.ImportVOC(f"{folder}/Annotations")),
        "yolo": read_yolo,
    },
    {"coco": write_coco, "voc": write_voc, "yolo": write_yolo},
)
