"""Ultralytics' check of a data set, and the labels as its loader has them."""
import os

from common import main

from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset


def read(task):
    def read_task(folder):
        data = check_det_dataset(f"{folder}/data.yaml")
        images = []
        for split in ["train", "val", "test"]:
            found = YOLODataset(img_path=data[split], data=data, task=task)
            for label in found.labels:
                height, width = label["shape"]
                objects = []
                for i, (cls, (cx, cy, w, h)) in enumerate(zip(label["cls"][:, 0], label["bboxes"])):
                    box = [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height]
                    one = {"class": data["names"][int(cls)], "box": box}
                    if label["segments"]:
                        one["polygons"] = [(label["segments"][i] * [width, height]).ravel().tolist()]
                    objects.append(one)
                images.append({"file": label["im_file"], "split": split, "width": width, "height": height, "objects": objects})
        return images

    return read_task


main({"detect": read("detect"), "segment": read("segment")}, {})
