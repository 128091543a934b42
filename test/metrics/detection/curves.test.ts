import fc from "fast-check";
import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import {
  type DetectionCurves,
  detectionCurves,
  type EvaluationImage,
  evaluateCoco,
  operatingPoints,
  precisionRecallPoints,
} from "../../../src/metrics/index.ts";
import { shortThreshold } from "../../../src/metrics/detection/curves.ts";
import { expectNear } from "./near.ts";
import { randomImages, scene } from "./scenes.ts";

const [here, there, beyond, nowhere] = [0, 50, 100, 150].map((x) => [x, 0, x + 10, 10]) as [
  number[],
  number[],
  number[],
  number[],
];

/** Scores 0.9 hit, 0.8 wrong, 0.7 hit and wrong, of three objects. */
const image = scene(
  [{ box: here }, { box: there }, { box: beyond }],
  [
    { box: nowhere, score: 0.8 },
    { box: here, score: 0.9 },
    { box: nowhere, score: 0.7 },
    { box: there, score: 0.7 },
  ],
);

function curvesOf(...images: EvaluationImage[]): DetectionCurves {
  return detectionCurves(matchDetections(images, ["a", "b"]));
}

test("the raw curve has a point for each score that occurs, since a threshold cannot part equal scores", () => {
  const points = precisionRecallPoints(matchDetections([image], ["a", "b"]), { class: 0 });
  expect(points).toEqual({
    confidence: [0.9, 0.8, 0.7],
    precision: [1, 1 / 2, 2 / 4],
    recall: [1 / 3, 1 / 3, 2 / 3],
    f1: [2 / 4, 2 / 5, 4 / 7],
  });
});

test("the curve against confidence keeps detections with that score or a higher one", () => {
  const { byConfidence } = curvesOf(image).pooled;
  const at = (confidence: number): number[] => {
    const i = byConfidence.confidence.indexOf(confidence);
    return [byConfidence.precision[i] ?? -1, byConfidence.recall[i] ?? -1, byConfidence.f1[i] ?? -1];
  };
  expect(byConfidence.confidence).toHaveLength(101);
  expect(byConfidence.confidence.slice(0, 3)).toEqual([0, 0.01, 0.02]);
  expect(at(0)).toEqual([2 / 4, 2 / 3, 4 / 7]);
  expect(at(0.7)).toEqual([2 / 4, 2 / 3, 4 / 7]);
  expect(at(0.71)).toEqual([1 / 2, 1 / 3, 2 / 5]);
  expect(at(0.9)).toEqual([1, 1 / 3, 2 / 4]);
  expect(at(0.91)).toEqual([NaN, 0, 0]);
});

test("the best threshold has the highest F1, and of equals keeps fewest detections", () => {
  expect(curvesOf(image).perClass[0]?.best).toEqual({
    confidence: 0.7,
    truePositives: 2,
    falsePositives: 2,
    falseNegatives: 1,
    precision: 2 / 4,
    recall: 2 / 3,
    f1: 4 / 7,
  });
  const twice = scene(
    [{ box: here }, { box: there }],
    [
      { box: here, score: 0.9 }, // F1 2 / 3
      { box: nowhere, score: 0.8 },
      { box: nowhere, score: 0.7 },
      { box: there, score: 0.6 }, // F1 4 / 6
    ],
  );
  expect(curvesOf(twice).pooled.best.confidence).toBe(0.9);
});

test("a class without finds has no best threshold, one without objects no F1", () => {
  const { perClass } = curvesOf(
    scene(
      [{ box: here }],
      [
        { box: nowhere, score: 0.9 },
        { box: here, class: 1, score: 1 },
      ],
    ),
  );
  const missed = { truePositives: 0, falsePositives: 0 };
  expect(perClass[0]?.best).toEqual({
    ...missed,
    confidence: NaN,
    falseNegatives: 1,
    precision: NaN,
    recall: 0,
    f1: 0,
  });
  expect(perClass[1]).toMatchObject({ truths: 0, detections: 1, averagePrecision: NaN });
  expect(perClass[1]?.best).toMatchObject({ ...missed, confidence: NaN, f1: NaN });
  expect(perClass[1]?.precisionAtRecall).toEqual(new Array(101).fill(NaN));
});

test("COCO's curve is read off at 101 recalls", () => {
  const { recalls, perClass } = curvesOf(image);
  expect(recalls).toHaveLength(101);
  expectNear(
    perClass[0]?.precisionAtRecall,
    recalls.map((recall) => (recall <= 1 / 3 ? 1 : recall <= 2 / 3 ? 1 / 2 : 0)),
  );
});

test("classes are pooled by score", () => {
  const { pooled } = curvesOf(
    scene(
      [{ box: here }, { box: there, class: 1 }],
      [
        { box: here, score: 0.6 },
        { box: nowhere, class: 1, score: 0.7 },
        { box: there, class: 1, score: 0.5 },
        { box: nowhere, score: 0.9 },
      ],
    ),
  );
  expect(pooled).toMatchObject({ truths: 2, detections: 4 });
  expectNear(pooled.best.confidence, 0.5);
  expectNear(pooled.averagePrecision, 1 / 2); // 1/3 at the first find, 2/4 at the second
});

test("what is ignored is in no curve", () => {
  const { pooled } = curvesOf(scene([{ box: here, ignore: true }, { box: there }], [{ box: here, score: 1 }]));
  expect(pooled).toMatchObject({ truths: 1, detections: 0 });
});

test("an IoU that was not matched is an error; 0.9 is COCO's 0.8999999999999999", () => {
  const matches = matchDetections([image], ["a"], { iouThresholds: [0.5, 0.8999999999999999] });
  expect(() => detectionCurves(matches, { iouThreshold: 0.6 })).toThrow(
    "nothing was matched at IoU 0.6, only at 0.5, 0.8999999999999999; name it among the iouThresholds of the matching",
  );
  expect(detectionCurves(matches, { iouThreshold: 0.9 }).iouThreshold).toBe(0.9);
});

test("for random images the curves agree with COCO's AP and with precision, recall and F1 at each threshold", () => {
  fc.assert(
    fc.property(randomImages, (images) => {
      const classes = ["a", "b", "c", "absent"];
      const matches = matchDetections(images, classes, { iouThresholds: [0.5] });
      const { pooled, perClass } = detectionCurves(matches);
      const coco = evaluateCoco(images, classes);
      expectNear(
        perClass.map((one) => one.averagePrecision),
        coco.perClass.map(({ AP50 }) => AP50),
      );

      const at = (confidence: number) => operatingPoints(matches, { confidence });
      [0, 0.1, 0.25, 0.26, 0.5, 0.7, 0.9, 0.95, 1].forEach((confidence) => {
        const i = pooled.byConfidence.confidence.indexOf(confidence);
        const points = at(confidence);
        for (const [curve, point] of [
          [pooled, points.pooled] as const,
          ...perClass.map((one, k) => [one, points.perClass[k]] as const),
        ]) {
          const { precision, recall, f1 } = curve.byConfidence;
          expectNear([precision[i], recall[i], f1[i]], [point?.precision, point?.recall, point?.f1]);
          expect(curve.best.f1 >= (point?.f1 ?? NaN) || Number.isNaN(curve.best.f1)).toBe(true);
        }
      });
      const { confidence, ...points } = precisionRecallPoints(matches);
      confidence.forEach((score, i) => {
        const { precision, recall, f1 } = at(score).pooled;
        expectNear([points.precision[i], points.recall[i], points.f1[i]], [precision, recall, f1]);
      });
      const highest = Math.max(0, ...points.f1);
      if (pooled.truths > 0) expectNear(pooled.best.f1, highest);
      if (highest > 0) {
        const place = points.f1.indexOf(highest);
        expect(pooled.best.confidence).toBeLessThanOrEqual(confidence[place] as number);
        expect(pooled.best.confidence).toBeGreaterThan(confidence[place + 1] ?? -Infinity);
        expect(at(pooled.best.confidence).pooled).toEqual(pooled.best);
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});

test("a threshold is rounded down as far as it keeps the same detections", () => {
  expect(shortThreshold(0.18762, 0.15)).toBe(0.18);
  expect(shortThreshold(0.18762, 0.1843)).toBe(0.187);
  expect(shortThreshold(0.18762, 0.187619)).toBe(0.18762);
  expect(shortThreshold(0.9, -Infinity)).toBe(0.9);
  expect(shortThreshold(Math.fround(0.9), Math.fround(0.3))).toBe(0.89); // 0.899999976
  expect(shortThreshold(-1.234, -1.3)).toBe(-1.24);
  expect(shortThreshold(1, 0.999)).toBe(1);
  expect(shortThreshold(NaN, -Infinity)).toBeNaN();
});

test("any two scores have a threshold between them", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
      fc.pre(a !== b);
      const threshold = shortThreshold(Math.max(a, b), Math.min(a, b));
      expect(threshold).toBeLessThanOrEqual(Math.max(a, b));
      expect(threshold).toBeGreaterThan(Math.min(a, b));
    }),
    { seed: 5 },
  );
});
