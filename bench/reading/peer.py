"""Reading texts with the network of Keras's captcha example, to be measured beside anchorkit in one run.

    peer.py LABELS

LABELS is a CSV file of file, text, split (train, val or test); files are relative to it. Commands come as lines on standard
input, and each is answered by a line of JSON on standard output; {"ready": true, "weights": n} is the first.

    train SECONDS FILE    from scratch for so long; then what it reads in the test images, to FILE, {"file": "text"}

As in the example: grey images of 200 x 50, columns as time; convolutions of 32 and 64 filters, each with pooling, 64
features a column, dropout, LSTMs of 128 and 64 units in both directions, softmax; CTC, Adam at 1e-3, batches of 16, and
the best weights by the loss on val kept. The example also stops after 10 epochs without a better loss; that ended this
training before it read anything, and is left out. Texts of unequal lengths, which the example does not have, are padded and
their lengths given to the loss.
"""

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

WIDTH, HEIGHT, BATCH = 200, 50, 16


class CtcLayer(layers.Layer):
    """Adds the loss, as the example's endpoint layer does; passes the predictions on."""

    def call(self, labels, lengths, predictions):
        frames = tf.fill(tf.shape(lengths), tf.shape(predictions)[1])
        sparse = tf.RaggedTensor.from_tensor(labels, lengths).to_sparse()
        # The loss normalises what it is given, so that logarithms of probabilities serve as logits.
        logits = tf.math.log(tf.transpose(predictions, (1, 0, 2)) + 1e-7)
        losses = tf.compat.v1.nn.ctc_loss(sparse, logits, frames, ignore_longer_outputs_than_inputs=True)
        self.add_loss(tf.reduce_mean(losses))
        return predictions


def network(characters, longest):
    image = keras.Input((WIDTH, HEIGHT, 1), name="image")
    labels = keras.Input((longest,), dtype="int32", name="labels")
    lengths = keras.Input((), dtype="int32", name="lengths")
    x = image
    for filters in (32, 64):
        x = layers.Conv2D(filters, 3, activation="relu", kernel_initializer="he_normal", padding="same")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Reshape((WIDTH // 4, HEIGHT // 4 * 64))(x)
    x = layers.Dropout(0.2)(layers.Dense(64, activation="relu")(x))
    for units in (128, 64):
        x = layers.Bidirectional(layers.LSTM(units, return_sequences=True, dropout=0.25))(x)
    x = layers.Dense(characters + 1, activation="softmax")(x)
    model = keras.Model([image, labels, lengths], CtcLayer()(labels, lengths, x))
    model.compile(keras.optimizers.Adam())
    return model, keras.Model(image, x)


class Until(keras.callbacks.Callback):
    """Stops after some seconds. The clock starts behind the first step, which traces the graph."""

    def __init__(self, seconds):
        super().__init__()
        self.limit, self.start, self.seconds, self.images = seconds, None, 0, 0

    def on_train_batch_end(self, batch, logs=None):
        self.start = self.start or time.perf_counter()
        self.seconds, self.images = time.perf_counter() - self.start, self.images + BATCH
        if self.seconds >= self.limit:
            self.model.stop_training = True


class Peer:
    def __init__(self, labels):
        rows = list(csv.DictReader(open(labels)))
        self.characters = sorted({letter for row in rows for letter in row["text"]})
        self.longest = max(len(row["text"]) for row in rows)
        self.of = {split: [r for r in rows if r["split"] == split] for split in ("train", "val", "test")}
        self.memory = {split: self.read(os.path.dirname(labels), rows) for split, rows in self.of.items()}
        self.model, self.reader = network(len(self.characters), self.longest)

    def read(self, folder, rows):
        images, labels = [], np.zeros((len(rows), self.longest), "int32")
        for i, row in enumerate(rows):
            image = tf.io.decode_image(tf.io.read_file(os.path.join(folder, row["file"])), 1, expand_animations=False)
            images.append(tf.transpose(tf.image.resize(image / 255, (HEIGHT, WIDTH)), (1, 0, 2)).numpy())
            labels[i, : len(row["text"])] = [self.characters.index(letter) for letter in row["text"]]
        lengths = np.array([len(row["text"]) for row in rows], "int32")
        return {"image": np.stack(images).astype("float32"), "labels": labels, "lengths": lengths}

    def data(self, split):
        data = tf.data.Dataset.from_tensor_slices(self.memory[split])
        if split == "train":
            data = data.shuffle(len(self.of[split]), seed=1)
        return data.batch(BATCH).prefetch(tf.data.AUTOTUNE)

    def train(self, seconds, file):
        keras.utils.set_random_seed(1)
        self.model, self.reader = network(len(self.characters), self.longest)
        until = Until(float(seconds))
        best = keras.callbacks.EarlyStopping(patience=10**6, restore_best_weights=True)
        history = self.model.fit(
            self.data("train"), validation_data=self.data("val"), epochs=10**6, verbose=0, callbacks=[until, best]
        )
        found = self.reader.predict(self.memory["test"]["image"], verbose=0)
        texts = {row["file"]: self.text(frames) for row, frames in zip(self.of["test"], found)}
        json.dump(texts, open(file, "w"))
        return {"seconds": until.seconds, "images": until.images, "epochs": len(history.epoch)}

    def text(self, frames):
        best = frames.argmax(-1)
        kept = [k for t, k in enumerate(best) if k < len(self.characters) and (t == 0 or k != best[t - 1])]
        return "".join(self.characters[k] for k in kept)


def main():
    peer = Peer(os.path.abspath(sys.argv[1]))
    print(json.dumps({"ready": True, "weights": peer.model.count_params()}), flush=True)
    for line in sys.stdin:
        name, *values = line.split()
        try:
            answer = getattr(peer, name)(*values)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
