"""label-studio-sdk: its converter of exports, its import of COCO, and its brush."""
import json
import os
import shutil

from common import by_split, copy_image, counts_of, main, mask_of

import numpy as np
from label_studio_sdk.converter import Converter, brush
from label_studio_sdk.converter.imports.coco import convert_coco_to_ls


def read_coco(folder):
    """What the converter makes of the tasks as COCO."""
    tasks = tasks_of(folder)
    out = f"{folder}/converted"
    Converter(f"{folder}/labeling_config.xml", out, download_resources=False).convert_to_coco(
        f"{folder}/tasks.json", out, is_dir=False
    )
    with open(f"{out}/result.json", encoding="utf-8") as file:
        coco = json.load(file)
    names = {category["id"]: category["name"] for category in coco["categories"]}
    images = {}
    for image in coco["images"]:
        images[image["id"]] = {**of_task(image["file_name"], tasks), "objects": []}
    for own in coco["annotations"]:
        x, y, w, h = own["bbox"]
        one = {"class": names[own["category_id"]], "box": [x, y, x + w, y + h]}
        if own["segmentation"]:
            one["polygons"] = own["segmentation"]
        images[own["image_id"]]["objects"].append(one)
    return list(images.values())


def tasks_of(folder):
    """The tasks, their images as paths: the converter would ask a server for them."""
    with open(f"{folder}/tasks.json", encoding="utf-8") as file:
        tasks = json.load(file)
    from urllib.parse import unquote

    for task in tasks:
        address = task["data"]["image"]
        task["data"]["image"] = f"{folder}/{unquote(address.split('?d=')[1])}"
        assert os.path.isfile(task["data"]["image"]), address
    with open(f"{folder}/tasks.json", "w", encoding="utf-8") as file:
        json.dump(tasks, file)
    return tasks


def of_task(path, tasks):
    split = next(t["data"].get("split") for t in tasks if os.path.basename(t["data"]["image"]) == os.path.basename(path))
    return {"file": os.path.basename(path), "split": split}


def read_brush(folder):
    """The masks of brushes as the converter decodes them."""
    images = []
    for task in tasks_of(folder):
        objects = []
        for result in task["annotations"][0]["result"]:
            if result["type"] != "brushlabels":
                continue
            size = (result["original_height"], result["original_width"])
            mask = np.reshape(brush.decode_rle(result["value"]["rle"]), (*size, 4))[:, :, 3] > 127
            ys, xs = np.nonzero(mask)
            box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
            objects.append({"class": result["value"]["brushlabels"][0], "box": box, "mask": counts_of(mask)})
        images.append({**of_task(task["data"]["image"], [task]), "objects": objects})
    return images


def write_tasks(truth, folder):
    """A COCO file of each split, converted to tasks; brushes, which that cannot, encoded and added."""
    for split, images in by_split(truth).items():
        place = f"{folder}/{split}"
        annotations, brushes = [], {}
        for i, image in enumerate(images):
            name = copy_image(image, place)
            for own in image["objects"]:
                x1, y1, x2, y2 = own["box"]
                if "mask" in own:
                    brushes.setdefault(name, []).append((own, image))
                    continue
                one = {"id": len(annotations), "image_id": i, "category_id": truth["classes"].index(own["class"])}
                one.update(bbox=[x1, y1, x2 - x1, y2 - y1], iscrowd=0, segmentation=own.get("polygons", []))
                annotations.append(one)
        coco = {
            "images": [
                {"id": i, "file_name": os.path.basename(o["file"]), "width": o["width"], "height": o["height"]}
                for i, o in enumerate(images)
            ],
            "annotations": annotations,
            "categories": [{"id": i, "name": name} for i, name in enumerate(truth["classes"])],
        }
        with open(f"{folder}.coco.json", "w", encoding="utf-8") as file:
            json.dump(coco, file)
        convert_coco_to_ls(f"{folder}.coco.json", f"{place}/tasks.json")
        with open(f"{place}/tasks.json", encoding="utf-8") as file:
            tasks = json.load(file)
        for number, task in enumerate(tasks):
            task["id"] = number
            results = task["annotations"][0]["result"]
            # The import makes a rectangle and polygons of one annotation, with nothing that they share.
            if any(result["type"] == "polygonlabels" for result in results):
                task["annotations"][0]["result"] = [result for result in results if result["type"] != "rectanglelabels"]
            for own, image in brushes.get(os.path.basename(task["data"]["image"].split("?d=")[1]), []):
                rle = brush.mask2rle(mask_of(own["mask"]).astype(np.uint8) * 255)
                value = {"format": "rle", "rle": [int(byte) for byte in rle], "brushlabels": [own["class"]]}
                one = {"id": f"brush{len(task['annotations'][0]['result'])}", "type": "brushlabels", "value": value}
                one.update(to_name="image", from_name="brush", image_rotation=0)
                one.update(original_width=image["width"], original_height=image["height"])
                task["annotations"][0]["result"].append(one)
        with open(f"{place}/tasks.json", "w", encoding="utf-8") as file:
            json.dump(tasks, file)


def write_json_min(truth, folder):
    """What the converter makes of these tasks as JSON-MIN."""
    write_tasks(truth, folder)
    for split in by_split(truth):
        place = f"{folder}/{split}"
        config = f"{place}/tasks.label_config.xml"
        Converter(config, place, download_resources=False).convert_to_json_min(f"{place}/tasks.json", f"{place}/min", is_dir=False)
        os.replace(f"{place}/min/result.json", f"{place}/min.json")
        os.remove(f"{place}/tasks.json")


def write_export(method):
    """What the converter makes of these tasks in another format; images are where a download of them puts them."""

    def write(truth, folder):
        made = f"{folder}-tasks"
        shutil.rmtree(made, ignore_errors=True)
        write_tasks({**truth, "images": [{**image, "split": "all"} for image in truth["images"]]}, made)
        with open(f"{made}/all/tasks.json", encoding="utf-8") as file:
            tasks = json.load(file)
        for task in tasks:
            name = os.path.basename(task["data"]["image"].split("?d=")[1])
            task["data"]["image"] = f"{folder}/images/{name}"
            os.makedirs(f"{folder}/images", exist_ok=True)
            shutil.copy(f"{made}/all/{name}", task["data"]["image"])
        with open(f"{made}/all/tasks.json", "w", encoding="utf-8") as file:
            json.dump(tasks, file)
        converter = Converter(f"{made}/all/tasks.label_config.xml", folder, download_resources=False)
        getattr(converter, method)(f"{made}/all/tasks.json", folder, is_dir=False)

    return write


main({"coco": read_coco, "brush": read_brush}, {
        "tasks": write_tasks,
        "json-min": write_json_min,
        "to COCO": write_export("convert_to_coco"),
        "to VOC": write_export("convert_to_voc"),
        "to YOLO": write_export("convert_to_yolo"),
    })
