"""The package tfrecord, which reads records of tf.train.Example without TensorFlow."""
import os

os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"  # its messages are of an old protobuf
from common import main

import numpy as np
from tfrecord.reader import tfrecord_loader

OBJECT = "image/object/"
FLOATS = [f"{OBJECT}bbox/{end}" for end in ["xmin", "ymin", "xmax", "ymax"]]


def read(folder):
    images = []
    for split in ["train", "val", "test"]:
        for found in tfrecord_loader(f"{folder}/{split}.record", None):
            width, height = int(found["image/width"][0]), int(found["image/height"][0])
            objects = []
            names = np.atleast_1d(found[f"{OBJECT}class/text"])
            ends = [np.atleast_1d(found[name]) for name in FLOATS]
            for i in range(len(ends[0])):
                box = [float(end[i]) * (width, height)[k % 2] for k, end in enumerate(ends)]
                objects.append({"class": bytes(names[i]).decode(), "box": box})
            images.append({"file": bytes(found["image/filename"]).decode(), "split": split, "objects": objects})
    return images


main({"records": read}, {})
