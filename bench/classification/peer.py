"""Image classification with Keras on TensorFlow, to be measured beside anchorkit in one run.

    peer.py DATA BACKBONES [--size 96] [--batch 32]

DATA is a folder with split.csv (file, label, split) whose files lie in it, BACKBONES one with the weights of
MobileNetV2 0.35 (mobilenet_v2_0.35_224_notop/weights.json and weights.bin). Commands come as lines on standard input,
and each is answered by a line of JSON on standard output; {"ready": true} is the first.

    steps cnn|mobilenet N       N training steps on batches in memory, all layers, Adam, after warm-up
    predict cnn|mobilenet N     predict() of N images from their JPEG files, decoded and resized by tf.data, after warm-up
    train cnn SECONDS           the four-block CNN from scratch for so long; then its accuracy on test
    train mobilenet HEAD ALL    the pretrained backbone: HEAD seconds the head alone, then ALL seconds all layers, with
                                normalisation frozen; then the accuracy on test

Keras's defaults stand where they are the fast ones: fit() and predict() on tf.data pipelines with prefetch, jit_compile
"auto" (XLA is off on CPUs then), float32, TensorFlow's own number of threads.
"""

import argparse
import csv
import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

WARM_UP = 5


class Data:
    """Images of a split as files, and decoded in memory as uint8."""

    def __init__(self, folder, size, batch):
        self.size, self.batch = size, batch
        rows = list(csv.DictReader(open(os.path.join(folder, "split.csv"))))
        self.labels = sorted({row["label"] for row in rows})
        self.files = {}
        for split in ("train", "val", "test"):
            chosen = [row for row in rows if row["split"] == split]
            paths = [os.path.join(folder, row["file"]) for row in chosen]
            self.files[split] = paths, [self.labels.index(row["label"]) for row in chosen]
        self.memory = {}

    def decode(self, path):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        return tf.image.resize(image, (self.size, self.size))

    def in_memory(self, split):
        if split not in self.memory:
            paths, labels = self.files[split]
            images = tf.data.Dataset.from_tensor_slices(paths).map(self.decode, tf.data.AUTOTUNE).batch(256)
            self.memory[split] = np.concatenate([b.numpy() for b in images]).round().astype("uint8"), np.array(labels)
        return self.memory[split]

    def training(self):
        """Shuffled batches without end: whole ones, so that one graph serves all."""
        images, labels = self.in_memory("train")
        data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(labels), seed=1).repeat()
        return data.batch(self.batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)

    def from_files(self, count):
        paths = [path for split in self.files.values() for path in split[0]]
        paths = [paths[i % len(paths)] for i in range(count)]
        data = tf.data.Dataset.from_tensor_slices(paths).map(self.decode, tf.data.AUTOTUNE)
        return data.batch(self.batch).prefetch(tf.data.AUTOTUNE)


def augmentation():
    """Turns by up to 15 degrees and shifts by up to a tenth: what hands may do and still show the same digit."""
    return [layers.RandomRotation(15 / 360), layers.RandomTranslation(0.1, 0.1)]


def cnn(size, classes):
    """Four blocks of convolution, normalisation, ReLU and maximum."""
    blocks = []
    for filters in (32, 64, 128, 128):
        blocks += [layers.Conv2D(filters, 3, padding="same", use_bias=False), layers.BatchNormalization()]
        blocks += [layers.ReLU(), layers.MaxPooling2D(2)]
    head = [layers.GlobalAveragePooling2D(), layers.Dense(classes)]
    return keras.Sequential([keras.Input((size, size, 3)), layers.Rescaling(1 / 255), *augmentation(), *blocks, *head])


def mobilenet(size, classes, weights, frozen_norms):
    """MobileNetV2 0.35 under a dense layer. `frozen_norms`: in inference mode, in training too."""
    backbone = keras.applications.MobileNetV2((size, size, 3), alpha=0.35, include_top=False, weights=None)
    load(backbone, weights)
    x = inputs = keras.Input((size, size, 3))
    for layer in [layers.Rescaling(1 / 127.5, -1), *augmentation()]:
        x = layer(x)
    x = backbone(x, training=False) if frozen_norms else backbone(x)
    outputs = layers.Dense(classes)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, outputs), backbone


def load(model, folder):
    """Weights by name; all of the folder's are used, and all of the model's set."""
    manifest = json.load(open(os.path.join(folder, "weights.json")))
    raw = open(os.path.join(folder, "weights.bin"), "rb").read()
    shapes = {entry["name"]: entry for entry in manifest["weights"]}
    for layer in model.layers:
        for variable in layer.weights:
            name = f"{layer.name}/{variable.name}"
            entry = shapes.pop(name, None) or shapes.pop(f"{layer.name}/depthwise_kernel")
            count = int(np.prod(entry["shape"]))
            variable.assign(np.frombuffer(raw, "<f4", count, entry["offset"]).reshape(entry["shape"]))
    assert not shapes, f"not in the model: {list(shapes)}"


def compiled(model, rate):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


class Until(keras.callbacks.Callback):
    """Stops after some seconds or steps. The clock starts behind the first step, which may trace the graph."""

    def __init__(self, seconds=float("inf"), steps=float("inf")):
        super().__init__()
        self.limits, self.steps, self.start, self.seconds = (seconds, steps), -1, None, 0

    def on_train_batch_end(self, batch, logs=None):
        self.start = self.start or time.perf_counter()
        self.seconds, self.steps = time.perf_counter() - self.start, self.steps + 1
        if self.seconds >= self.limits[0] or self.steps >= self.limits[1]:
            self.model.stop_training = True


class Peer:
    def __init__(self, data, weights):
        self.data, self.weights = data, weights
        self.models = {}

    def model(self, name):
        """For speed alone: all of it trains, normalisation by the batch's statistics too."""
        if name not in self.models:
            size, classes = self.data.size, len(self.data.labels)
            made = cnn(size, classes) if name == "cnn" else mobilenet(size, classes, self.weights, False)[0]
            compiled(made, 1e-3).fit(self.data.training(), steps_per_epoch=WARM_UP, verbose=0)
            made.predict(self.data.from_files(2 * self.data.batch + 1), verbose=0)
            self.models[name] = made
        return self.models[name]

    def steps(self, name, count):
        return self.fit(self.model(name), Until(steps=count))

    def predict(self, name, count):
        model = self.model(name)
        files = self.data.from_files(count)
        start = time.perf_counter()
        shape = model.predict(files, verbose=0).shape
        return {"seconds": time.perf_counter() - start, "images": shape[0]}

    def train(self, name, *seconds):
        keras.utils.set_random_seed(1)
        size, classes = self.data.size, len(self.data.labels)
        if name == "cnn":
            model = cnn(size, classes)
            runs = [self.fit(compiled(model, 1e-3), Until(seconds[0]))]
        else:
            model, backbone = mobilenet(size, classes, self.weights, True)
            backbone.trainable = False
            runs = [self.fit(compiled(model, 1e-3), Until(seconds[0]))]
            backbone.trainable = True
            runs.append(self.fit(compiled(model, 1e-4), Until(seconds[1])))
        images, labels = self.data.in_memory("test")
        accuracy = float((model.predict(images, batch_size=64, verbose=0).argmax(-1) == labels).mean())
        return {
            "accuracy": accuracy,
            "seconds": sum(run["seconds"] for run in runs),
            "images": sum(run["images"] for run in runs),
            "phases": runs,
        }

    def fit(self, model, until):
        # one long epoch: nothing but steps
        model.fit(self.data.training(), steps_per_epoch=10**6, epochs=1, verbose=0, callbacks=[until])
        return {"seconds": until.seconds, "images": until.steps * self.data.batch}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("backbones")
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()
    answers = sys.stdout
    sys.stdout = sys.stderr  # whatever libraries print is no answer
    peer = Peer(
        Data(options.data, options.size, options.batch),
        os.path.join(options.backbones, "mobilenet_v2_0.35_224_notop"),
    )
    commands = {"steps": peer.steps, "predict": peer.predict, "train": peer.train}

    def answer(content):
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    answer({"ready": True, "keras": keras.__version__, "tensorflow": tf.__version__, "classes": peer.data.labels})
    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        try:
            answer(commands[words[0]](words[1], *(int(word) for word in words[2:])))
        except Exception as error:  # the other side says it, and goes on or ends
            answer({"error": f"{line.strip()}: {type(error).__name__}: {error}"})


main()
