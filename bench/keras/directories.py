"""What Keras's image_dataset_from_directory gives for the cases of bench/keras.ts: results.json, and pixels in a file."""
import contextlib
import io
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras  # noqa: E402
import numpy as np  # noqa: E402

RENAMED = {
    "labels": "labels",
    "labelMode": "label_mode",
    "classNames": "class_names",
    "colorMode": "color_mode",
    "batchSize": "batch_size",
    "imageSize": "image_size",
    "shuffle": "shuffle",
    "seed": "seed",
    "validationSplit": "validation_split",
    "subset": "subset",
    "interpolation": "interpolation",
    "followLinks": "follow_links",
    "cropToAspectRatio": "crop_to_aspect_ratio",
    "padToAspectRatio": "pad_to_aspect_ratio",
}


def part(dataset, folder, pixels):
    found = {
        "classNames": dataset.class_names,
        "files": [os.path.relpath(path, folder) for path in dataset.file_paths],
    }
    if pixels is None:
        return found
    images, labels = [], []
    for batch in dataset:
        image, label = batch if isinstance(batch, tuple) else (batch, None)
        images.append(image.numpy())
        if label is not None:
            labels.append(label.numpy())
    found["shape"] = list(images[0].shape)
    found["dtype"] = str(images[0].dtype)
    found["batches"] = len(images)
    if labels:
        found["labelShape"] = list(labels[0].shape)
        found["labelDtype"] = str(labels[0].dtype)
        found["labels"] = [float(value) for label in labels for value in np.ravel(label)]
    with open(pixels, "wb") as file:
        for image in images:
            file.write(np.ascontiguousarray(image, dtype="<f4").tobytes())
    return found


def run(case, work):
    options = {RENAMED[name]: value for name, value in case["options"].items()}
    if case["pixels"]:
        options["shuffle"] = False
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            made = keras.utils.image_dataset_from_directory(case["folder"], **options)
            parts = made if isinstance(made, list) else [made]
            pixels = os.path.join(work, f"{case['id']}.f32") if case["pixels"] else None
            found = [part(one, case["folder"], pixels) for one in parts]
        return {"parts": found, "printed": printed.getvalue().splitlines()}
    except Exception as error:  # what it says is what is compared
        said = str(error).strip().splitlines()
        return {"error": f"{type(error).__name__}: {said[0] if said else ''}"}


cases, work = json.load(open(sys.argv[1])), sys.argv[2]
json.dump([run(case, work) for case in cases], sys.stdout)
