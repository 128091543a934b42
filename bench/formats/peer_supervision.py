"""supervision (Roboflow's)."""
import os

from common import by_split, counts_of, main, mask_of

import numpy as np
import supervision as sv

SPLITS = ["train", "val", "test"]


def images_of(dataset, split):
    images = []
    for path in dataset.image_paths:
        found = dataset.annotations[path]
        objects = []
        for i, box in enumerate(found.xyxy):
            one = {"class": dataset.classes[int(found.class_id[i])], "box": box.tolist()}
            if found.mask is not None:
                one["mask"] = counts_of(found.mask[i])
            if "iscrowd" in found.data and found.data["iscrowd"][i]:
                one["crowd"] = True
            objects.append(one)
        images.append({"file": path, "split": split, "objects": objects})
    return images


def of_splits(read_split):
    """Reads a folder, or those of the splits in it."""

    def read(folder):
        images = []
        for split in [split for split in SPLITS if has(folder, split)] or [None]:
            images += images_of(read_split(folder, split or ""), split)
        return images

    return read


def has(folder, split):
    return any(os.path.isdir(os.path.join(folder, *place)) for place in [[split], ["images", split]])


def read_coco(masks):
    def read(folder):
        dataset = sv.DetectionDataset.from_coco(folder, f"{folder}/annotations.json", force_masks=masks)
        return images_of(dataset, None)

    return read


def read_voc(folder):
    return images_of(sv.DetectionDataset.from_pascal_voc(f"{folder}/JPEGImages", f"{folder}/Annotations"), None)


def read_yolo(folder, split):
    return sv.DetectionDataset.from_yolo(f"{folder}/images/{split}", f"{folder}/labels/{split}", f"{folder}/data.yaml")


def read_labelme(folder, split):
    return sv.DetectionDataset.from_labelme(f"{folder}/{split}", f"{folder}/{split}")


def read_createml(folder, split):
    return sv.DetectionDataset.from_createml(f"{folder}/{split}", f"{folder}/{split}/_annotations.createml.json")


def dataset_of(images, classes):
    annotations = {}
    for image in images:
        objects = image["objects"]
        if not objects:
            annotations[image["file"]] = sv.Detections.empty()
            continue
        masks = None
        if any("polygons" in own or "mask" in own for own in objects):
            masks = np.array([mask_for(own, image) for own in objects])
        annotations[image["file"]] = sv.Detections(
            xyxy=np.array([own["box"] for own in objects], dtype=np.float64),
            mask=masks,
            class_id=np.array([classes.index(own["class"]) for own in objects]),
        )
    return sv.DetectionDataset(classes=classes, images=[image["file"] for image in images], annotations=annotations)


def mask_for(own, image):
    if "mask" in own:
        return mask_of(own["mask"])
    size = (image["width"], image["height"])
    parts = [sv.polygon_to_mask(np.array(p).reshape(-1, 2).round().astype(int), size) for p in own["polygons"]]
    return np.any(parts, axis=0)


def writer(save):
    def write(truth, folder):
        for split, images in by_split(truth).items():
            save(dataset_of(images, truth["classes"]), folder, split)

    return write


def save_yolo(dataset, folder, split):
    dataset.as_yolo(f"{folder}/{split}/images", f"{folder}/{split}/labels", f"{folder}/data.yaml")
    with open(f"{folder}/data.yaml", encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith(("train:", "val:", "test:"))]
    with open(f"{folder}/data.yaml", "w", encoding="utf-8") as file:
        file.write("train: ../train/images\nval: ../val/images\ntest: ../test/images\n" + "".join(lines))


main(
    {
        "coco": read_coco(False),
        "coco-masks": read_coco(True),
        "voc": read_voc,
        "yolo": of_splits(read_yolo),
        "labelme": of_splits(read_labelme),
        "createml": of_splits(read_createml),
    },
    {
        "coco": writer(lambda d, f, s: d.as_coco(f"{f}/{s}", f"{f}/{s}/_annotations.coco.json")),
        "voc": writer(lambda d, f, s: d.as_pascal_voc(f"{f}/{s}", f"{f}/{s}")),
        "yolo": writer(save_yolo),
        "labelme": writer(lambda d, f, s: d.as_labelme(f"{f}/{s}", f"{f}/{s}")),
        "createml": writer(lambda d, f, s: d.as_createml(f"{f}/{s}", f"{f}/{s}/_annotations.createml.json")),
    },
)
