"""Evaluates COCO files with a peer, for bench/evaluation.ts and bench/evaluationCases.ts.

    peers.py <pycocotools | faster-coco-eval> <bbox | segm> <truth.json> <predictions.json>
    peers.py <peer> <bbox | segm> --cases <folder> <count>

The first prints one JSON document: seconds of each stage, the twelve numbers, a few of each class, and the most memory
used. The second does that for case0.truth.json and case0.predictions.json ... in a folder, one line each.
"""
import contextlib
import io
import json
import resource
import sys
import time


def main(peer, iou_type, *files):
    if peer == "pycocotools":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval as Evaluation
    else:
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as Evaluation
    if files[0] != "--cases":
        print(json.dumps(evaluate(COCO, Evaluation, iou_type, *files)))
        return
    for i in range(int(files[2])):
        case = f"{files[1]}/case{i}"
        print(json.dumps(evaluate(COCO, Evaluation, iou_type, f"{case}.truth.json", f"{case}.predictions.json")))


def evaluate(COCO, Evaluation, iou_type, truth_file, predictions_file):
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        truth = COCO(truth_file)
        predictions = truth.loadRes(predictions_file)
        read = time.perf_counter()
        evaluation = Evaluation(truth, predictions, iou_type)
        evaluation.evaluate()
        evaluated = time.perf_counter()
        evaluation.accumulate()
        accumulated = time.perf_counter()
        evaluation.summarize()
    precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
    return {
        "read": read - start,
        "evaluate": evaluated - read,
        "accumulate": accumulated - evaluated,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "stats": [number(value) for value in evaluation.stats[:12]],
        "perClass": [
            {
                "AP": mean(precision[:, :, k, 0, 2]),
                "AP50": mean(precision[0, :, k, 0, 2]),
                "AP75": mean(precision[5, :, k, 0, 2]),
                "APsmall": mean(precision[:, :, k, 1, 2]),
                "APmedium": mean(precision[:, :, k, 2, 2]),
                "APlarge": mean(precision[:, :, k, 3, 2]),
                "AR1": mean(recall[:, k, 0, 0]),
                "AR10": mean(recall[:, k, 0, 1]),
                "AR100": mean(recall[:, k, 0, 2]),
                "ARsmall": mean(recall[:, k, 1, 2]),
                "ARmedium": mean(recall[:, k, 2, 2]),
                "ARlarge": mean(recall[:, k, 3, 2]),
            }
            for k in range(precision.shape[2])
        ],
    }


def mean(values):
    values = values[values > -1]
    return float(values.mean()) if values.size else None


def number(value):
    return None if value == -1 else float(value)


main(*sys.argv[1:])
