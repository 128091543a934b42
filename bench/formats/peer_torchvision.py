"""torchvision's VOCDetection."""
import os

from common import main

from torchvision.datasets import VOCDetection


def read(folder):
    """It wants the devkit's folders."""
    root = f"{folder}-devkit"
    os.makedirs(f"{root}/VOCdevkit", exist_ok=True)
    if not os.path.exists(f"{root}/VOCdevkit/VOC2012"):
        os.symlink(folder, f"{root}/VOCdevkit/VOC2012")
    images = []
    for split in ["train", "val"]:
        for image, target in VOCDetection(root, "2012", split):
            found = target["annotation"]
            size = {side: int(found["size"][side]) for side in ["width", "height"]}
            assert image.size == (size["width"], size["height"])
            objects = [
                {
                    "class": own["name"],
                    "box": [int(own["bndbox"][end]) for end in ["xmin", "ymin", "xmax", "ymax"]],
                    **{mark: own.get(mark) == "1" for mark in ["difficult", "truncated", "occluded"]},
                }
                for own in found.get("object", [])
            ]
            images.append({"file": found["filename"], "split": split, **size, "objects": objects})
    return images


main({"voc": read}, {})
