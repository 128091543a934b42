"""LabelImg's own readers and writers."""
import os
import re

from common import by_split, copy_image, images_in, main, stem

from libs.create_ml_io import CreateMLReader, CreateMLWriter
from libs.pascal_voc_io import PascalVocReader, PascalVocWriter
from libs.yolo_io import YoloReader, YOLOWriter
from PIL import Image


def image_of(name, shapes, split=None):
    objects = []
    for label, points, _, _, difficult in shapes:
        box = [points[0][0], points[0][1], points[2][0], points[2][1]]
        objects.append({"class": label, "box": box, "difficult": bool(difficult)})
    return {"file": name, "split": split, "objects": objects}


def read_voc(folder):
    names = {stem(name): name for name in images_in(f"{folder}/JPEGImages")}
    return [
        image_of(names[stem(xml)], PascalVocReader(f"{folder}/Annotations/{xml}").get_shapes())
        for xml in os.listdir(f"{folder}/Annotations")
    ]


def read_createml(folder):
    return [
        image_of(name, CreateMLReader(f"{folder}/{split}/_annotations.createml.json", path).get_shapes(), split)
        for split in ["train", "val", "test"]
        for name, path in images_in(f"{folder}/{split}").items()
    ]


class Size:
    """The part of Qt's image that LabelImg's reader asks for."""

    def __init__(self, path):
        with Image.open(path) as image:
            self._size = image.size

    def width(self):
        return self._size[0]

    def height(self):
        return self._size[1]

    def isGrayscale(self):
        return False


def read_yolo(folder):
    with open(f"{folder}/data.yaml", encoding="utf-8") as file:
        names = re.findall(r'^  \d+: "(.*)"$', file.read(), re.M)
    with open(f"{folder}/classes.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(name.replace('\\"', '"') for name in names))
    images = []
    for split in os.listdir(f"{folder}/labels"):
        for name, path in images_in(f"{folder}/images/{split}").items():
            labels = f"{folder}/labels/{split}/{stem(name)}.txt"
            images.append(image_of(name, YoloReader(labels, Size(path), f"{folder}/classes.txt").get_shapes(), split))
    return images


def voc_box(box):
    """As LabelImg's LabelFile makes it of the corners that were drawn: whole numbers, 1 for 0."""
    xmin, ymin, xmax, ymax = box
    return int(max(1, xmin)), int(max(1, ymin)), int(xmax), int(ymax)


def writer(make, extension):
    def write(truth, folder):
        for split, images in by_split(truth).items():
            for image in images:
                name = copy_image(image, f"{folder}/{split}")
                one = make(split, name, [image["height"], image["width"], 3])
                for own in image["objects"]:
                    one.add_bnd_box(*voc_box(own["box"]), own["class"], own.get("difficult", False))
                target = f"{folder}/{split}/{stem(name)}{extension}"
                one.save(truth["classes"], target) if extension == ".txt" else one.save(target)

    return write


def write_createml(truth, folder):
    for split, images in by_split(truth).items():
        for image in images:
            name = copy_image(image, f"{folder}/{split}")
            shapes = []
            for own in image["objects"]:
                x1, y1, x2, y2 = own["box"]
                shapes.append({"label": own["class"], "points": [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]})
            size = [image["height"], image["width"], 3]
            CreateMLWriter(split, name, size, shapes, f"{folder}/{split}/labels.json").write()


main(
    {"voc": read_voc, "yolo": read_yolo, "createml": read_createml},
    {"voc": writer(PascalVocWriter, ".xml"), "yolo": writer(YOLOWriter, ".txt"), "createml": write_createml},
)
