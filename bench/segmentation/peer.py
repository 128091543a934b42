"""Segmentation with a Keras U-Net on TensorFlow, to be measured beside anchorkit in one run.

    peer.py LIST [--batch 8]

LIST is a JSON file, [{"image": path, "mask": path, "split": "train" | "test"}, ...] of images of one size and masks of 0
(background) and 1. Commands come as lines on standard input, and each is answered by a line of JSON on standard output;
{"ready": true, "weights": n} is the first.

    steps N                     N training steps, after warm-up
    train SECONDS FOLDER        from scratch for so long; then the mask of each test image as a grey PNG in FOLDER

The network has 16 to 256 filters, two 3x3 convolutions with batch normalisation a level and transposed convolutions;
the loss is cross-entropy and Dice, Adam's rate falls from 1e-3 by a cosine, images are mirrored both ways at random.
Keras's defaults stand where they are the fast ones: fit() on a tf.data pipeline with prefetch, float32.
"""

import argparse
import json
import math
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers

WARM_UP = 5


def block(x, filters):
    for _ in range(2):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    return x


def unet(size):
    inputs = keras.Input((*size, 3))
    x, skips = layers.Rescaling(1 / 127.5, -1)(inputs), []
    for filters in (16, 32, 64, 128):
        x = block(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)
    x = block(x, 256)
    for filters in (128, 64, 32, 16):
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = block(layers.Concatenate()([x, skips.pop()]), filters)
    return keras.Model(inputs, layers.Conv2D(1, 1)(x))


def loss(target, logits):
    target = tf.cast(target, tf.float32)
    entropy = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(target, logits))
    shares = tf.sigmoid(logits)
    dice = 2 * tf.reduce_sum(target * shares) / (tf.reduce_sum(target) + tf.reduce_sum(shares) + 1e-6)
    return entropy + 1 - dice


class Data:
    def __init__(self, entries, batch):
        self.batch = batch
        self.of = {split: [e for e in entries if e["split"] == split] for split in ("train", "test")}
        self.memory = {split: self.read(split) for split in self.of}

    def read(self, split):
        images = [tf.io.decode_image(tf.io.read_file(e["image"]), 3).numpy() for e in self.of[split]]
        masks = [tf.io.decode_png(tf.io.read_file(e["mask"]), 1).numpy() for e in self.of[split]]
        return np.stack(images), np.stack(masks)

    def training(self):
        def mirrored(image, mask):
            both = tf.concat([image, mask], -1)
            both = tf.image.random_flip_up_down(tf.image.random_flip_left_right(both))
            return both[..., :3], both[..., 3:]

        images, masks = self.memory["train"]
        data = tf.data.Dataset.from_tensor_slices((images, masks)).shuffle(len(images), seed=1).repeat()
        return data.map(mirrored, tf.data.AUTOTUNE).batch(self.batch).prefetch(tf.data.AUTOTUNE)


class Until(keras.callbacks.Callback):
    """Stops after some seconds or steps. The clock starts behind the first step, which may trace the graph."""

    def __init__(self, seconds=math.inf, steps=math.inf):
        super().__init__()
        self.limits, self.steps, self.start, self.seconds = (seconds, steps), -1, None, 0

    def on_train_batch_end(self, batch, logs=None):
        self.start = self.start or time.perf_counter()
        self.seconds, self.steps = time.perf_counter() - self.start, self.steps + 1
        if self.limits[0] < math.inf:
            progress = min(1, self.seconds / self.limits[0])
            self.model.optimizer.learning_rate.assign(1e-3 * 0.5 * (1 + math.cos(math.pi * progress)))
        if self.seconds >= self.limits[0] or self.steps >= self.limits[1]:
            self.model.stop_training = True


class Peer:
    def __init__(self, data):
        self.data = data
        self.model = self.made()
        self.model.fit(data.training(), steps_per_epoch=WARM_UP, verbose=0)

    def made(self):
        model = unet(self.data.memory["train"][0].shape[1:3])
        model.compile(keras.optimizers.Adam(1e-3), loss)
        return model

    def fit(self, model, until):
        model.fit(self.data.training(), steps_per_epoch=10**9, verbose=0, callbacks=[until])
        return {"seconds": until.seconds, "images": until.steps * self.data.batch}

    def steps(self, count):
        return self.fit(self.model, Until(steps=int(count)))

    def train(self, seconds, folder):
        model = self.made()
        done = self.fit(model, Until(seconds=float(seconds)))
        logits = model.predict(self.data.memory["test"][0], batch_size=self.data.batch, verbose=0)
        for entry, one in zip(self.data.of["test"], logits):
            png = tf.io.encode_png((one > 0).astype("uint8"))
            tf.io.write_file(os.path.join(folder, os.path.basename(entry["mask"])), png)
        return done


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list")
    parser.add_argument("--batch", type=int, default=8)
    given = parser.parse_args()
    peer = Peer(Data(json.load(open(given.list)), given.batch))
    print(json.dumps({"ready": True, "weights": peer.model.count_params()}), flush=True)
    for line in sys.stdin:
        name, *values = line.split()
        try:
            answer = getattr(peer, name)(*values)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
