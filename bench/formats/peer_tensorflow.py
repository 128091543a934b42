"""TensorFlow's records with the features of its Object Detection API."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
from common import by_split, counts_of, main, mask_of

import numpy as np
import tensorflow as tf

OBJECT = "image/object/"
FLOATS = [f"{OBJECT}bbox/{end}" for end in ["xmin", "ymin", "xmax", "ymax"]]
MARKS = {"difficult": "difficult", "truncated": "truncated", "occluded": "occluded", "is_crowd": "crowd"}
FEATURES = {
    "image/encoded": tf.io.FixedLenFeature([], tf.string),
    "image/filename": tf.io.FixedLenFeature([], tf.string),
    "image/height": tf.io.FixedLenFeature([], tf.int64),
    "image/width": tf.io.FixedLenFeature([], tf.int64),
    f"{OBJECT}class/text": tf.io.VarLenFeature(tf.string),
    f"{OBJECT}class/label": tf.io.VarLenFeature(tf.int64),
    f"{OBJECT}mask": tf.io.VarLenFeature(tf.string),
    **{name: tf.io.VarLenFeature(tf.float32) for name in FLOATS},
    **{OBJECT + mark: tf.io.VarLenFeature(tf.int64) for mark in MARKS},
}


def read(folder):
    images = []
    for split in ["train", "val", "test"]:
        for record in tf.data.TFRecordDataset(f"{folder}/{split}.record"):
            found = tf.io.parse_single_example(record, FEATURES)
            width, height = int(found["image/width"]), int(found["image/height"])
            assert tf.io.decode_image(found["image/encoded"]).shape == (height, width, 3)
            texts, labels, masks, *ends = (
                tf.sparse.to_dense(found[name]).numpy()
                for name in [f"{OBJECT}class/text", f"{OBJECT}class/label", f"{OBJECT}mask", *FLOATS]
            )
            marks = {name: tf.sparse.to_dense(found[OBJECT + mark]).numpy() for mark, name in MARKS.items()}
            objects = []
            for i, text in enumerate(texts):
                box = np.array([end[i] for end in ends], dtype=np.float64) * [width, height, width, height]
                one = {"class": text.decode(), "box": box.tolist()}
                assert labels[i] >= 1
                if len(masks):
                    one["mask"] = counts_of(tf.io.decode_png(masks[i]).numpy()[:, :, 0])
                one.update({name: bool(values[i]) for name, values in marks.items() if len(values)})
                objects.append(one)
            images.append({"file": found["image/filename"].numpy().decode(), "split": split, "width": width, "height": height, "objects": objects})
    return images


def ints(values):
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def texts(values):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[v.encode() if isinstance(v, str) else v for v in values]))


def floats(values):
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))


def write(truth, folder):
    for split, images in by_split(truth).items():
        with tf.io.TFRecordWriter(f"{folder}/{split}.record-00000-of-00001") as writer:
            for image in images:
                writer.write(example_of(image, truth["classes"]).SerializeToString())


def example_of(image, classes):
    objects, width, height = image["objects"], image["width"], image["height"]
    name = os.path.basename(image["file"])
    with open(image["file"], "rb") as file:
        encoded = file.read()
    ends = {
        f"{OBJECT}bbox/{end}": floats([own["box"][i] / (width, height)[i % 2] for own in objects])
        for i, end in enumerate(["xmin", "ymin", "xmax", "ymax"])
    }
    marks = {OBJECT + mark: ints([int(own.get(name, False)) for own in objects]) for mark, name in MARKS.items()}
    features = {
        "image/height": ints([height]),
        "image/width": ints([width]),
        "image/filename": texts([name]),
        "image/source_id": texts([name]),
        "image/encoded": texts([encoded]),
        "image/format": texts(["png" if name.endswith(".png") else "jpeg"]),
        **ends,
        **marks,
        f"{OBJECT}class/text": texts([own["class"] for own in objects]),
        f"{OBJECT}class/label": ints([classes.index(own["class"]) + 1 for own in objects]),
    }
    if any("mask" in own or "polygons" in own for own in objects):
        features[f"{OBJECT}mask"] = texts([png_of(own, image) for own in objects])
    return tf.train.Example(features=tf.train.Features(feature=features))


def png_of(own, image):
    if "mask" in own:
        mask = mask_of(own["mask"])
    else:
        from pycocotools import mask as tools

        parts = tools.frPyObjects(own["polygons"], image["height"], image["width"])
        mask = tools.decode(tools.merge(parts))
    return tf.io.encode_png(mask.astype(np.uint8)[:, :, None]).numpy()


main({"records": read}, {"records": write})
