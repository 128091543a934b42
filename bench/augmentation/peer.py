"""Does with Albumentations what bench/augmentation.ts did: peer.py <task.json>, which names raw images in its folder.

Prints one JSON document: for each case the boxes, and the files of image, mask and footprint that were written.
"""
import json
import pathlib
import sys

import albumentations as A
import cv2
import numpy as np


def main(task_file):
    folder = pathlib.Path(task_file).parent
    task = json.loads(pathlib.Path(task_file).read_text())
    image, mask = raw(folder / task["image"], task), raw(folder / task["mask"], task, 1)
    results = []
    for number, case in enumerate(task["cases"]):
        if "layers" in case["peer"]:
            results.append(written(folder, number, composed(case["layers"], task, image)))
            continue
        done = A.Compose([transform_of(case, task)], seed=1, bbox_params=BOXES)(
            image=given(image, case), mask=mask, bboxes=task["boxes"], labels=list(range(len(task["boxes"])))
        )
        white = A.Compose([transform_of(case, task, fill=0)], seed=1)(image=np.full_like(image, 255))
        boxes = {int(label): [float(v) for v in box] for box, label in zip(done["bboxes"], done["labels"])}
        pixels = {"image": given(done["image"], case), "mask": done["mask"], "reach": white["image"][..., 0]}
        results.append({**written(folder, number, pixels), "boxes": boxes})
    print(json.dumps(results))


BOXES = A.BboxParams(format="pascal_voc", label_fields=["labels"], min_area=0, min_visibility=0)


def written(folder, number, arrays):
    files = {name: f"peer-{number}-{name}.raw" for name in arrays}
    for name, pixels in arrays.items():
        np.ascontiguousarray(pixels).tofile(folder / files[name])
    height, width = arrays["image"].shape[:2]
    return {"width": width, "height": height, **files}


def raw(file, size, channels=3):
    pixels = np.fromfile(file, np.uint8).reshape(size["height"], size["width"], channels)
    return pixels if channels > 1 else pixels[..., 0]


def given(image, case):
    """ImageCompression hands RGB to OpenCV, which encodes it as BGR: red and blue change places before and after."""
    return np.ascontiguousarray(image[..., ::-1]) if case["peer"].get("transform") == "ImageCompression" else image


def transform_of(case, task, fill=None):
    peer = case["peer"]
    fill = task["fill"] if fill is None else fill
    if "corners" in peer:
        return by_corners(case["corners"], task, fill)
    arguments = {"p": 1.0, **peer.get("arguments", {})}
    if peer["transform"] in ("Affine", "Rotate"):
        arguments.update(fill=fill, border_mode=cv2.BORDER_CONSTANT)
    if peer["transform"] == "CoarseDropout":
        arguments.update(fill=fill)
    transform = getattr(A, peer["transform"])(**arguments)
    if "factors" in case:
        gains = {"multiplier": np.float32(case["factors"]).reshape(1, 1, 3)}
        transform.get_params_dependent_on_data = lambda params, data: gains
    if "params" in peer:
        transform.get_params = lambda: peer["params"]
    if "holes" in case:
        holes = {"holes": np.array(case["holes"]), "seed": 0}
        transform.get_params_dependent_on_data = lambda params, data: holes
    return transform


def by_corners(corners, task, fill):
    matrix, edges = matrices(corners, task)
    transform = A.Perspective(p=1.0, keep_size=False, fill=(fill, fill, fill), border_mode=cv2.BORDER_CONSTANT)
    size = {"max_height": task["height"], "max_width": task["width"]}
    transform.get_params_dependent_on_data = lambda params, data: {"matrix": matrix, "matrix_bbox": edges, **size}
    return transform


def matrices(corners, task):
    """For pixels, which OpenCV counts from the centre of the first, and for boxes, which count from its edge."""
    width, height = task["width"], task["height"]
    frame = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    ends = np.float32(corners)
    return cv2.getPerspectiveTransform(frame - 0.5, ends - 0.5), cv2.getPerspectiveTransform(frame, ends)


def composed(layers, task, image):
    """Each layer over those before: within its window and, where it is an object, the object's box."""
    size = (task["width"], task["height"])
    result = np.full_like(image, task["fill"])
    for layer in layers:
        matrix, edges = matrices(layer["corners"], task)
        above = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = cv2.warpPerspective(np.ones(image.shape[:2], np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
        windows = [layer["window"]]
        for number in layer.get("objects", []):
            x1, y1, x2, y2 = task["boxes"][number]
            ends = cv2.perspectiveTransform(np.float32([[[x1, y1]], [[x2, y2]]]), edges).reshape(4)
            windows.append(np.ceil(ends - 0.5).astype(int))  # the pixels whose centres are inside
        for x1, y1, x2, y2 in windows:
            inside = np.zeros_like(seen)
            inside[max(0, y1) : max(0, y2), max(0, x1) : max(0, x2)] = 1
            seen = seen & inside
        weight = layer["weight"] * seen[..., None].astype(np.float64)
        result = np.floor(result * (1 - weight) + above * weight + 0.5).astype(np.uint8)
    return {"image": result}


main(sys.argv[1])
