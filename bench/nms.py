"""Times torchvision.ops.nms for bench/nms.ts: reads one JSON line a case from stdin and answers with one JSON line.

Request: {"boxes": [n * 4 numbers], "scores": [n numbers], "iouThreshold": number} for a new case, which is answered with
the indices kept; {} for one more timed run of that case, which is answered with its milliseconds.
"""
import json
import sys
import time

import torch
from torchvision.ops import nms

print(json.dumps(f"torchvision {sys.modules['torchvision'].__version__}"), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request:
        boxes = torch.tensor(request["boxes"], dtype=torch.float32).reshape(-1, 4)
        scores = torch.tensor(request["scores"], dtype=torch.float32)
        threshold = request["iouThreshold"]
        answer = nms(boxes, scores, threshold).tolist()
    else:
        start = time.perf_counter()
        nms(boxes, scores, threshold)
        answer = (time.perf_counter() - start) * 1000
    print(json.dumps(answer), flush=True)
