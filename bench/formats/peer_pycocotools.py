"""pycocotools."""
from common import counts_of, main

from pycocotools.coco import COCO


def read(folder):
    coco = COCO(f"{folder}/annotations.json")
    images = []
    for image in coco.loadImgs(coco.getImgIds()):
        objects = []
        for own in coco.loadAnns(coco.getAnnIds(imgIds=image["id"])):
            x, y, w, h = own["bbox"]
            one = {"class": coco.loadCats(own["category_id"])[0]["name"], "box": [x, y, x + w, y + h]}
            if own["segmentation"]:
                mask = coco.annToMask(own)
                one["mask"] = counts_of(mask)
            objects.append({**one, **{mark: bool(own.get(mark)) for mark in ["difficult", "truncated", "occluded"]}, "crowd": own["iscrowd"] == 1})
        images.append({"file": image["file_name"], "split": image.get("split"), "width": image["width"], "height": image["height"], "objects": objects})
    return images


main({"coco": read}, {})
