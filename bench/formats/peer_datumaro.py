"""datumaro (the library behind CVAT's formats)."""
import csv
import os
import shutil

from common import counts_of, main, mask_of, stem

import datumaro as dm

MARKS = ["difficult", "truncated", "occluded"]


def read(name):
    def read_format(folder):
        dataset = dm.Dataset.import_from(folder, name)
        labels = [label.name for label in dataset.categories()[dm.AnnotationType.label]]
        return [image_of(item, labels) for item in dataset]

    return read_format


def image_of(item, labels):
    groups = {}
    for i, annotation in enumerate(item.annotations):
        if annotation.type in (dm.AnnotationType.bbox, dm.AnnotationType.polygon, dm.AnnotationType.mask):
            groups.setdefault(annotation.group or f"own {i}", []).append(annotation)
    objects = []
    for parts in groups.values():
        boxes = [part.get_bbox() for part in parts]
        found = {
            "class": labels[parts[0].label],
            "box": [
                min(x for x, _, _, _ in boxes),
                min(y for _, y, _, _ in boxes),
                max(x + w for x, _, w, _ in boxes),
                max(y + h for _, y, _, h in boxes),
            ],
        }
        polygons = [part.points for part in parts if part.type == dm.AnnotationType.polygon]
        masks = [part.image for part in parts if part.type == dm.AnnotationType.mask]
        if polygons:
            found["polygons"] = polygons
        if masks:
            found["mask"] = counts_of(masks[0])
        attributes = parts[0].attributes
        for mark in MARKS:
            if attributes.get(mark) in (True, 1, "true", "True", "1"):
                found[mark] = True
        if attributes.get("is_crowd") or attributes.get("is_group_of"):
            found["crowd"] = True
        objects.append(found)
    return {"file": f"{item.id}.jpg", "split": {"validation": "val", "default": None}.get(item.subset, item.subset), "objects": objects}


def write(name):
    def write_format(truth, folder):
        labels = {label: i for i, label in enumerate(truth["classes"])}
        items = [
            dm.DatasetItem(
                id=stem(os.path.basename(image["file"])),
                subset=image["split"],
                media=dm.Image.from_file(path=image["file"]),
                annotations=[
                    annotation
                    for i, own in enumerate(image["objects"])
                    for annotation in annotations_of(own, labels, i + 1)
                ],
            )
            for image in truth["images"]
        ]
        known = dm.LabelCategories(attributes=set(MARKS))
        for label in truth["classes"]:
            known.add(label)
        dataset = dm.Dataset.from_iterable(items, categories={dm.AnnotationType.label: known})
        dataset.export(folder, name, save_media=True)

    return write_format


def annotations_of(own, labels, group):
    x1, y1, x2, y2 = own["box"]
    attributes = {mark: True for mark in MARKS if own.get(mark)}
    if own.get("crowd"):
        attributes["is_crowd"] = True
    said = {"label": labels[own["class"]], "attributes": attributes, "group": group}
    if "polygons" in own:
        return [dm.Polygon(points, **said) for points in own["polygons"]]
    if "mask" in own:
        return [dm.Mask(mask_of(own["mask"]), **said)]
    return [dm.Bbox(x1, y1, x2 - x1, y2 - y1, **{**said, "group": 0})]


def read_coco(folder):
    """datumaro wants COCO's own folders, and takes the split from the JSON's name."""
    place = os.path.join(folder, "annotations")
    os.makedirs(place, exist_ok=True)
    shutil.move(os.path.join(folder, "annotations.json"), os.path.join(place, "instances_train.json"))
    return read("coco_instances")(folder)


def read_open_images(folder):
    """datumaro looks for images in a folder for each split."""
    for split in ["train", "validation", "test"]:
        os.makedirs(os.path.join(folder, "images", split))
        with open(os.path.join(folder, f"{split}-annotations-bbox.csv"), newline="", encoding="utf-8") as file:
            ids = {row["ImageID"] for row in csv.DictReader(file)}
        for name in os.listdir(os.path.join(folder, "images")):
            if stem(name) in ids:
                shutil.move(os.path.join(folder, "images", name), os.path.join(folder, "images", split, name))
    return read("open_images")(folder)


READ = ["voc_detection", "voc", "yolo", "cvat"]
WRITE = ["coco_instances", "voc_detection", "voc", "yolo", "yolo_ultralytics", "cvat", "open_images"]
main(
    {**{name: read(name) for name in READ}, "coco_instances": read_coco, "open_images": read_open_images},
    {name: write(name) for name in WRITE},
)
