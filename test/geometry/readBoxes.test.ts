import { describe, expect, test } from "vitest";
import {
  areas,
  batchedNms,
  type Boxes,
  clip,
  convert,
  detections,
  nms,
  pairwiseIou,
  softNms,
} from "../../src/geometry/index.ts";
import { readBoxes } from "../../src/geometry/readBoxes.ts";
import {
  analyzeDetections,
  crowdingSlices,
  detectionConfusion,
  evaluateCoco,
  evaluateSlices,
  evaluateTide,
  evaluateVoc,
  matchProposals,
} from "../../src/metrics/index.ts";

const rows = [
  [1, 2, 11, 12],
  [2, 2, 11, 14],
  [40, 30, 60, 42],
];
const forms: [string, Boxes][] = [
  ["a flat array", rows.flat()],
  ["a Float32Array", Float32Array.from(rows.flat())],
  ["an Int16Array", Int16Array.from(rows.flat())],
  ["a Uint8ClampedArray", Uint8ClampedArray.from(rows.flat())],
  ["a list of typed arrays", rows.map((row) => Float64Array.from(row))],
];

describe.each(forms)("boxes as %s", (_, boxes) => {
  test("are what they are as a list of lists, to every function", () => {
    const scores = [0.9, 0.8, 0.7];
    const classes = [0, 0, 1];
    const names = ["cat", "dog"];
    const answers = (given: Boxes): unknown[] => {
      const images = [
        { truth: { boxes: given, classes: [0, 1, 1] }, detections: { boxes: given, scores, classes }, size: SIZE },
      ];
      return [
        ...[readBoxes("boxes", given), areas(given), clip(given, 50, 40), convert(given, "xyxy", "cxcywh")],
        ...[nms(given, scores), batchedNms(given, scores, classes), softNms(given, scores)],
        ...[pairwiseIou(given, given), detections({ boxes: given, scores, classes })],
        ...[evaluateCoco(images, names), evaluateVoc(images, names), evaluateTide(images, names)],
        ...[detectionConfusion(images, names), evaluateSlices(images, names, "crowding")],
        ...[crowdingSlices(images).length, matchProposals(images), analyzeDetections(images, names, { resamples: 3 })],
      ];
    };
    expect(JSON.stringify(answers(boxes))).toBe(JSON.stringify(answers(rows)));
  });
});

const SIZE = { width: 64, height: 48 };

describe("what is no boxes is refused by its place", () => {
  const cases: [unknown, string][] = [
    [[1, 2, 3, 4, 5], "nms: boxes must hold 4 numbers a box, got 5 numbers"],
    [[[1, 2, 3]], "nms: boxes[0] must be four numbers, [x1, y1, x2, y2], got 3 of them"],
    [[[1, 2, 3, 4], 5], "nms: boxes[1] must be four numbers, [x1, y1, x2, y2], got number"],
    [[1, 2, 3, [4]], "nms: boxes[0] has object as y2"],
    [[1, 2, 3, "4"], "nms: boxes[0] has string as y2"],
    [[1, 2, 3, 4, 1, NaN, 3, 4], "nms: boxes[1] has NaN as y1"],
    [undefined, "nms: boxes must be a flat array of numbers, or a list of [x1, y1, x2, y2], got undefined"],
    ["1234", "nms: boxes must be a flat array of numbers, or a list of [x1, y1, x2, y2], got string"],
    [{ x1: 1 }, "nms: boxes must be a flat array of numbers, or a list of [x1, y1, x2, y2], got object"],
  ];

  test.each(cases)("%j", (boxes, message) => {
    expect(() => nms(boxes as Boxes, [1])).toThrow(message);
  });

  test("and in an evaluation by its image", () => {
    const one = { boxes: [[1, 2, 3]], classes: [0] };
    const images = [{ truth: one, detections: { boxes: [], scores: [], classes: [] } }];
    expect(() => evaluateCoco(images, ["cat"])).toThrow("image 0: truth: boxes[0] must be four numbers");
  });
});
