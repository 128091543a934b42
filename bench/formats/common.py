"""What the scripts of all tools share: the exchange of data sets with bench/formats.ts as JSON.

    python peer_<tool>.py write <format> <truth.json> <folder>   the tool writes the data set
    python peer_<tool>.py read <format> <folder> <result.json>   the tool reads what anchorkit has written

A data set: {"classes": [...], "images": [{"file", "width", "height", "split", "objects": [{"class", "box": [x1, y1, x2,
y2], "polygons", "mask": {"size", "counts"}, "crowd", "difficult", "truncated", "occluded"}]}]}
"""
import json
import os
import shutil
import sys


def main(readers, writers):
    direction, name, source, target = sys.argv[1:5]
    if direction == "write":
        with open(source, encoding="utf-8") as file:
            truth = json.load(file)
        os.makedirs(target, exist_ok=True)
        writers[name](truth, target)
        return
    images = readers[name](source)
    with open(target, "w", encoding="utf-8") as file:
        json.dump({"images": images}, file, default=float)


def copy_image(image, folder):
    """Puts an image into a folder, under its own name; returns that."""
    os.makedirs(folder, exist_ok=True)
    name = os.path.basename(image["file"])
    shutil.copyfile(image["file"], os.path.join(folder, name))
    return name


def by_split(truth):
    """The images of each split."""
    splits = {}
    for image in truth["images"]:
        splits.setdefault(image["split"], []).append(image)
    return splits


def stem(name):
    return os.path.splitext(name)[0]


def counts_of(mask):
    """A mask, [height, width], as COCO's run lengths."""
    import numpy as np

    flat = np.asarray(mask).astype(bool).ravel(order="F")
    ends = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], ends, [flat.size]])).tolist()
    return {"size": list(np.asarray(mask).shape), "counts": [0, *runs] if flat.size and flat[0] else runs}


def mask_of(mask):
    """A mask, [height, width], of COCO's run lengths."""
    import numpy as np

    height, width = mask["size"]
    flat = np.repeat(np.arange(len(mask["counts"])) % 2, mask["counts"])
    return flat.reshape((height, width), order="F").astype(bool)


def images_in(folder):
    """All images of a folder and those below, by name."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith((".jpg", ".jpeg", ".png")):
                found[name] = os.path.join(root, name)
    return found
