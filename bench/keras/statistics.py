"""Mean and deviation that Keras's ImageDataGenerator takes from images of 64 x 48, as JSON."""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np  # noqa: E402
from keras.src.legacy.preprocessing.image import ImageDataGenerator  # noqa: E402

images = np.fromfile(sys.argv[1], np.uint8).reshape(-1, 48, 64, 3)
generator = ImageDataGenerator(featurewise_center=True, featurewise_std_normalization=True)
generator.fit(images.astype("float64"))
found = {"mean": generator.mean, "deviation": generator.std}
json.dump({name: [float(value) for value in np.ravel(values)] for name, values in found.items()}, sys.stdout)
