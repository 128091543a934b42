"""The same detector behind FastAPI and uvicorn, as docs/export.md runs it with onnxruntime and Pillow.

    peer.py MODEL PORT THREADS

THREADS are those of onnxruntime.
"""

import io
import json
import sys

import numpy as np
import onnxruntime
import uvicorn
from fastapi import Body, FastAPI
from PIL import Image, ImageOps

path, port, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
model = json.loads(session.get_modelmeta().custom_metadata_map["anchorkit"])["description"]
canvas, fill = model["preprocessing"]["canvas"], round(model["preprocessing"]["fill"])
names = model["classes"]
app = FastAPI()


@app.get("/readyz")
async def readyz():
    return {"status": "ready"}


# A plain function: FastAPI runs it in a thread of its pool, and both Pillow and onnxruntime let go of the interpreter's lock.
@app.post("/predict")
def predict(body: bytes = Body(media_type="image/jpeg")):
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(body))).convert("RGB")
    scale = min(canvas["width"] / image.width, canvas["height"] / image.height)
    small = image.resize([max(1, int(side * scale + 0.501)) for side in image.size], Image.BILINEAR)
    pixels = Image.new("RGB", (canvas["width"], canvas["height"]), (fill, fill, fill))
    pixels.paste(small, ((canvas["width"] - small.width) // 2, (canvas["height"] - small.height) // 2))
    boxes, scores, classes, valid = session.run(
        ["boxes", "scores", "classes", "valid"],
        {"images": np.asarray(pixels)[None], "sizes": np.array([image.size], np.float32)},
    )
    found = [
        {"class": names[kind], "score": float(score), "box": [float(x) for x in box]}
        for box, score, kind in zip(boxes[0, : valid[0]], scores[0], classes[0])
        if score >= 0.3
    ]
    return {"detections": found}


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
