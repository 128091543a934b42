"""globox."""
import glob
import os
import re

from common import by_split, copy_image, images_in, main

from globox import Annotation, AnnotationSet, BoundingBox


def images_of(annotations, split=None, names=None):
    return [
        {
            "file": annotation.image_id,
            "split": split,
            "objects": [{"class": (names or {}).get(box.label, box.label), "box": list(box.ltrb)} for box in annotation.boxes],
        }
        for annotation in annotations
    ]


def read_splits(read, pattern):
    """Reads what the pattern finds in the folder; a name in its path says which split it is."""

    def read_all(folder):
        images = []
        for path in sorted(glob.glob(f"{glob.escape(folder)}/{pattern}")):
            split = re.search(r"\b(train|val|test)", path[len(folder) :])
            images += images_of(*read(path, folder), split=split and split[1])
        return images

    return read_all


def read_yolo(path, folder):
    split = os.path.basename(path)
    names = re.findall(r"^ +(\d+): (.*)$", open(f"{folder}/data.yaml", encoding="utf-8").read(), re.M)
    annotations = AnnotationSet.from_yolo_v5(path, image_folder=f"{folder}/images/{split}")
    for annotation in annotations:
        for box in annotation.boxes:
            box.label = dict(names)[box.label].strip('"')
    return [annotations]


def set_of(images):
    return AnnotationSet(
        Annotation(
            os.path.basename(image["file"]),
            (image["width"], image["height"]),
            [BoundingBox.create(label=own["class"], coords=own["box"]) for own in image["objects"]],
        )
        for image in images
    )


def writer(save):
    def write(truth, folder):
        for split, images in by_split(truth).items():
            for image in images:
                copy_image(image, f"{folder}/{split}")
            save(set_of(images), f"{folder}/{split}", truth["classes"])

    return write


def save_yolo(annotations, folder, classes):
    annotations.save_yolo_v5(folder, label_to_id={name: i for i, name in enumerate(classes)})
    with open(f"{os.path.dirname(folder)}/classes.txt", "w", encoding="utf-8") as file:
        file.write("".join(f"{name}\n" for name in classes))


main(
    {
        "coco": lambda folder: images_of(AnnotationSet.from_coco(f"{folder}/annotations.json")),
        "voc": lambda folder: images_of(AnnotationSet.from_pascal_voc(f"{folder}/Annotations")),
        "yolo": read_splits(read_yolo, "labels/*"),
        "labelme": read_splits(lambda path, _: [AnnotationSet.from_labelme(path)], "*"),
        "labelme-outlines": read_splits(lambda path, _: [AnnotationSet.from_labelme(path, include_poly=True)], "*"),
        "cvat": lambda folder: images_of(AnnotationSet.from_cvat(f"{folder}/annotations.xml")),
        "via": read_splits(lambda path, _: [AnnotationSet.from_via_json(path, label_key="class")], "*/via_project.json"),
    },
    {
        "coco": writer(lambda found, folder, _: found.save_coco(f"{folder}/_annotations.coco.json", auto_ids=True)),
        "voc": writer(lambda found, folder, _: found.save_pascal_voc(folder)),
        "yolo": writer(save_yolo),
        "labelme": writer(lambda found, folder, _: found.save_labelme(folder)),
        "cvat": writer(lambda found, folder, _: found.save_cvat(f"{folder}/annotations.xml")),
        "via": writer(lambda found, folder, _: found.save_via_json(f"{folder}/via.json", image_folder=__import__("pathlib").Path(folder), label_key="class")),
        "openimages": writer(lambda found, folder, _: found.save_openimage(f"{folder}/annotations-bbox.csv")),
    },
)
