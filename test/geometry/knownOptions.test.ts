import { describe, expect, test } from "vitest";
import { batchedNms, nms, softNms } from "../../src/geometry/index.ts";
import { knownOptions } from "../../src/geometry/knownOptions.ts";
import {
  analyzeDetections,
  BoundaryF1,
  bootstrapCoco,
  compareCoco,
  countingErrors,
  detectionCalibration,
  detectionConfusion,
  detectionCurves,
  evaluateCoco,
  evaluateSlices,
  evaluateTide,
  evaluateVoc,
  matchCoco,
  matchDetections,
  missRates,
  precisionRecallPoints,
  SegmentationMatrix,
} from "../../src/metrics/index.ts";

describe("an option that a function does not have", () => {
  const known = { iouThreshold: true, scoreThreshold: true } as const;
  const check = (options: unknown): void => {
    knownOptions("nms", options as Partial<Record<keyof typeof known, number>>, known);
  };

  test("is refused with the one that was probably meant", () => {
    expect(() => {
      check({ iouTreshold: 0.5 });
    }).toThrow(new TypeError("nms: unknown option iouTreshold; did you mean iouThreshold?"));
    expect(() => {
      check({ scoreThreshold: 0, colour: 1 });
    }).toThrow(new TypeError("nms: unknown option colour; the options are iouThreshold, scoreThreshold"));
    expect(() => {
      check({ toString: 1 });
    }).toThrow("nms: unknown option toString");
  });

  test("and options that are no object", () => {
    for (const [options, got] of [
      [0.5, "0.5"],
      [null, "null"],
      ["a", "a"],
      [[1], "[1]"],
    ] as const) {
      // prettier-ignore
      expect(() => { check(options); }).toThrow(
        new TypeError(`nms: options must be an object with any of iouThreshold, scoreThreshold, got ${got}`),
      );
    }
  });

  test("leaves those alone that are known, undefined ones too", () => {
    check({});
    check({ iouThreshold: undefined, scoreThreshold: 1 });
  });
});

const images = [
  {
    truth: { boxes: [[1, 1, 5, 5]], classes: [0] },
    detections: { boxes: [[1, 1, 5, 5]], classes: [0], scores: [0.5] },
  },
];
const matches = matchCoco(images, ["cat"]);
const calls: Record<string, (options: object) => unknown> = {
  nms: (options) => nms([], [], options),
  batchedNms: (options) => batchedNms([], [], [], options),
  softNms: (options) => softNms([], [], options),
  evaluateCoco: (options) => evaluateCoco(images, ["cat"], options),
  matchCoco: (options) => matchCoco(images, ["cat"], options),
  matchDetections: (options) => matchDetections(images, ["cat"], options),
  evaluateVoc: (options) => evaluateVoc(images, ["cat"], options),
  evaluateTide: (options) => evaluateTide(images, ["cat"], options),
  evaluateSlices: (options) => evaluateSlices(images, ["cat"], "size", options),
  detectionConfusion: (options) => detectionConfusion(images, ["cat"], options),
  analyzeDetections: (options) => analyzeDetections(images, ["cat"], { resamples: 2, ...options }),
  detectionCalibration: (options) => detectionCalibration(matches, images, options),
  bootstrapCoco: (options) => bootstrapCoco(matches, { resamples: 2, ...options }),
  compareCoco: (options) => compareCoco(matches, matches, { resamples: 2, ...options }),
  countingErrors: (options) => countingErrors(matches, options),
  detectionCurves: (options) => detectionCurves(matches, options),
  precisionRecallPoints: (options) => precisionRecallPoints(matches, options),
  missRates: (options) => missRates(matches, options),
  BoundaryF1: (options) => new BoundaryF1(["cat"], options),
  SegmentationMatrix: (options) => new SegmentationMatrix(["cat"], options),
};

test.each(Object.entries(calls))("%s refuses what it does not know, and nothing else", (name, call) => {
  call({});
  expect(() => call({ iouTreshhold: 0.5 })).toThrow(new RegExp(`^${name}: unknown option iouTreshhold; `));
});
