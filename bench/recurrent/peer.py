"""Keras's LSTM and GRU in a tf.function, to be measured beside anchorkit's in one run.

    peer.py BATCH STEPS FEATURES UNITS

Commands come as lines on standard input, and each is answered by a line of JSON on standard output; {"ready": true} is
the first.

    lstm|gru forward|both N     the least time of N runs after one of warm-up: outputs of all steps and their mean; with `both` also the
                                gradients of the input and of all weights
"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import tensorflow as tf

batch, steps, features, units = map(int, sys.argv[1:5])
layers = {"lstm": keras.layers.LSTM(units, return_sequences=True), "gru": keras.layers.GRU(units, return_sequences=True)}
x = tf.random.normal((batch, steps, features), seed=1)
upstream = tf.random.normal((batch, steps, units), seed=2)


def made(layer):
    layer.build(x.shape)
    weights = [weight.value for weight in layer.trainable_variables]

    @tf.function
    def forward(x):
        return tf.reduce_mean(layer(x))

    @tf.function
    def both(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True) * upstream)
        return loss, *tape.gradient(loss, [x, *weights])

    return {"forward": forward, "both": both}


runs = {name: made(layer) for name, layer in layers.items()}
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    name, what, count = line.split()
    run = runs[name][what]
    tf.nest.map_structure(lambda t: t.numpy(), run(x))
    least = float("inf")
    for _ in range(int(count)):
        begun = time.perf_counter()
        found = run(x)
        (found if what == "forward" else found[0]).numpy()
        least = min(least, time.perf_counter() - begun)
    print(json.dumps({"seconds": least, "images": 1}), flush=True)
