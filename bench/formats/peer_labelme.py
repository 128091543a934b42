"""labelme's own shapes, and labelme2coco."""
import glob
import json
import os

from common import by_split, copy_image, counts_of, main, mask_of, stem

import labelme2coco
import numpy as np
from labelme import utils
from labelme._label_file import _load_shape_json_obj


def read_labelme(folder):
    """Shapes as labelme loads them; those of one group are one object."""
    images = []
    for path in glob.glob(f"{glob.escape(folder)}/*/*.json"):
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        size = (content["imageHeight"], content["imageWidth"])
        groups = {}
        for i, shape in enumerate(map(_load_shape_json_obj, content["shapes"])):
            groups.setdefault(f"own {i}" if shape["group_id"] is None else shape["group_id"], []).append(shape)
        objects = []
        for shapes in groups.values():
            mask = np.any([utils.shape_to_mask(size, s["points"], s["shape_type"]) if s["mask"] is None else whole(s, size) for s in shapes], axis=0)
            points = np.concatenate([shape["points"] for shape in shapes])
            one = {"class": shapes[0]["label"], "box": [*points.min(0), *points.max(0)]}
            if shapes[0]["mask"] is not None:
                one["mask"] = counts_of(mask)
                one["box"] = [*points.min(0), *(points.max(0) + 1)]
            elif shapes[0]["shape_type"] == "polygon":
                one["polygons"] = [np.ravel(shape["points"]).tolist() for shape in shapes]
            flags = shapes[0]["flags"]
            objects.append({**one, **{mark: True for mark in ["difficult", "truncated", "occluded"] if flags.get(mark)}})
        images.append({"file": content["imagePath"], "split": os.path.basename(os.path.dirname(path)), "objects": objects})
    return images


def whole(shape, size):
    """The mask of the image, as labelme places a part of it."""
    mask = np.zeros(size, bool)
    (x1, y1), (x2, y2) = np.array(shape["points"]).astype(int)
    mask[y1 : y2 + 1, x1 : x2 + 1] = shape["mask"]
    return mask


def read_labelme2coco(folder):
    coco = labelme2coco.get_coco_from_labelme_folder(folder).json
    names = {category["id"]: category["name"] for category in coco["categories"]}
    images = {}
    for image in coco["images"]:
        split = os.path.basename(os.path.dirname(image["file_name"]))
        images[image["id"]] = {"file": image["file_name"], "split": split, "objects": []}
    for own in coco["annotations"]:
        x, y, w, h = own["bbox"]
        images[own["image_id"]]["objects"].append({"class": names[own["category_id"]], "box": [x, y, x + w, y + h]})
    return list(images.values())


def write_labelme(truth, folder):
    for split, images in by_split(truth).items():
        for image in images:
            name = copy_image(image, f"{folder}/{split}")
            shapes = [shape for i, own in enumerate(image["objects"]) for shape in shapes_of(own, i)]
            content = {"version": "6.3.1", "flags": {}, "shapes": shapes, "imagePath": name}
            content.update(imageData=None, imageHeight=image["height"], imageWidth=image["width"])
            with open(f"{folder}/{split}/{stem(name)}.json", "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, indent=2)


def shapes_of(own, group):
    flags = {mark: own.get(mark, False) for mark in ["difficult", "truncated", "occluded"]}
    said = {"label": own["class"], "group_id": None, "description": "", "flags": flags, "mask": None}
    if "polygons" in own:
        group = group if len(own["polygons"]) > 1 else None
        points = [np.reshape(polygon, (-1, 2)).tolist() for polygon in own["polygons"]]
        return [{**said, "group_id": group, "points": each, "shape_type": "polygon"} for each in points]
    x1, y1, x2, y2 = own["box"]
    if "mask" in own:
        part = mask_of(own["mask"])[int(y1) : int(y2), int(x1) : int(x2)]
        png = utils.img_arr_to_b64(part.astype(np.uint8))
        return [{**said, "points": [[x1, y1], [x2 - 1, y2 - 1]], "shape_type": "mask", "mask": png}]
    return [{**said, "points": [[x2, y1], [x1, y2]], "shape_type": "rectangle"}]


main({"labelme": read_labelme, "labelme2coco": read_labelme2coco}, {"labelme": write_labelme})
