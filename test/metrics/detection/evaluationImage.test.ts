import { expect, test } from "vitest";
import { type EvaluationImage, evaluateCoco } from "../../../src/metrics/index.ts";

const box = [0, 0, 10, 10];
const noTruth: EvaluationImage["truth"] = { boxes: [], classes: [] };
const noDetections: EvaluationImage["detections"] = { boxes: [], scores: [], classes: [] };

test.each<[Partial<EvaluationImage>, string]>([
  [{ truth: { boxes: box.slice(1), classes: [0] } }, "image 1: truth: 1 classes need 4 boxes, got 3"],
  [{ truth: { boxes: box, classes: [0], crowd: [] } }, "image 1: truth: 1 classes need 1 crowd, got 0"],
  [{ truth: { boxes: box, classes: [0], ignore: [0, 1] } }, "image 1: truth: 1 classes need 1 ignore, got 2"],
  [{ truth: { boxes: box, classes: [0], areas: [NaN] } }, "image 1: truth 0: areas must be finite, got NaN"],
  [{ truth: { boxes: box, classes: [0], boxAreas: [] } }, "image 1: truth: 1 classes need 1 boxAreas, got 0"],
  [{ truth: { boxes: box, classes: [2] } }, "image 1: truth 0: class must be an index below 2, got 2"],
  [{ truth: { boxes: box, classes: [0.5] } }, "image 1: truth 0: class must be an index below 2, got 0.5"],
  [{ truth: { boxes: box, classes: [-1] } }, "image 1: truth 0: class must be an index below 2, got -1"],
  [
    { truth: { boxes: [...box, 4, 0, 3, 9], classes: [0, 0] } },
    "image 1: truth 1: box must have x1 <= x2 and y1 <= y2, got [4, 0, 3, 9]",
  ],
  [
    { detections: { boxes: [0, 5, 3, 4], scores: [1], classes: [0] } },
    "image 1: detection 0: box must have x1 <= x2 and y1 <= y2, got [0, 5, 3, 4]",
  ],
  [
    { detections: { boxes: [...box, 0, 0, Infinity, 1], scores: [1, 1], classes: [0, 0] } },
    "image 1: detection 1: boxes must be finite, got Infinity",
  ],
  [
    { detections: { boxes: box, scores: Float32Array.of(NaN), classes: [0] } },
    "image 1: detection 0: scores must be finite, got NaN",
  ],
  [{ detections: { boxes: box, scores: [], classes: [0] } }, "image 1: detection: 1 classes need 1 scores, got 0"],
])("what cannot be evaluated is named: case %#", (parts, message) => {
  const good = { truth: noTruth, detections: noDetections };
  expect(() => evaluateCoco([good, { ...good, ...parts }], ["a", "b"])).toThrow(message);
});
