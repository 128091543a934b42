"""keras-retinanet's reader of CSV."""
import csv
import sys
import types

from common import main

# Only the functions that read CSV are wanted, not what trains.
sys.modules["keras"] = types.ModuleType("keras")
generator = types.ModuleType("keras_retinanet.preprocessing.generator")
generator.Generator = object
sys.modules["keras_retinanet.preprocessing.generator"] = generator
image = types.ModuleType("keras_retinanet.utils.image")
image.read_image_bgr = None
sys.modules["keras_retinanet.utils.image"] = image
from keras_retinanet.preprocessing import csv_generator


def read(folder):
    with open(f"{folder}/classes.csv", newline="") as file:
        classes = csv_generator._read_classes(csv.reader(file, delimiter=","))
    images = []
    for split in ["train", "val", "test"]:
        with open(f"{folder}/{split}.csv", newline="") as file:
            found = csv_generator._read_annotations(csv.reader(file, delimiter=","), classes)
        for name, boxes in found.items():
            objects = [{"class": own["class"], "box": [own[end] for end in ["x1", "y1", "x2", "y2"]]} for own in boxes]
            images.append({"file": name, "split": split, "objects": objects})
    return images


main({"csv": read}, {})
