"""Batches of letterboxed images by PyTorch's DataLoader with Pillow; prints images a second of each epoch and milliseconds of
CPU time an image as JSON.

    pytorch.py <JSON: files, size, batch, workers, epochs> draft|full
"""

import json
import resource
import sys
import time

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class Letterboxed(Dataset):
    def __init__(self, files, size, draft):
        self.files, self.size, self.draft = files, size, draft

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index])
        scale = min(self.size / image.width, self.size / image.height)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        if self.draft:
            image.draft("RGB", size)
        image = image.convert("RGB").resize(size, Image.Resampling.BILINEAR)
        canvas = Image.new("RGB", (self.size, self.size), (114, 114, 114))
        canvas.paste(image, ((self.size - size[0]) // 2, (self.size - size[1]) // 2))
        return torch.from_numpy(numpy.array(canvas))


def main():
    task = json.load(open(sys.argv[1]))
    data = Letterboxed(task["files"], task["size"], sys.argv[2] == "draft")
    loader = DataLoader(
        data, task["batch"], shuffle=True, num_workers=task["workers"], persistent_workers=task["workers"] > 0
    )
    before = cpu_seconds()
    rates = []
    for _ in range(1 + task["epochs"]):
        start = time.perf_counter()
        images = sum(len(batch) for batch in loader)
        rates.append(images / (time.perf_counter() - start))
    del loader  # its workers end, and their time is known
    cpu = 1000 * (cpu_seconds() - before) / len(data) / len(rates)
    print(json.dumps({"rates": rates[1:], "cpu": cpu}))


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


main()
