import fc from "fast-check";
import { expect, test } from "vitest";
import { FALSE_POSITIVE, matchDetections, TRUE_POSITIVE } from "../../../src/metrics/detection/coco/matching.ts";
import { operatingPoints } from "../../../src/metrics/index.ts";
import { randomImages, readScene, scene } from "./scenes.ts";

const [here, there, nowhere] = [0, 50, 100].map((x) => [x, 0, x + 10, 10]) as [number[], number[], number[]];

test("precision, recall and F1 of the detections with the threshold's score or a higher one", () => {
  const image = scene(
    [{ box: here }, { box: there }, { box: nowhere, class: 1 }, { box: here, ignore: true }],
    [
      { box: here, score: 0.5 },
      { box: there, score: 0.4 },
      { box: nowhere, score: 0.6 },
    ],
  );
  const { pooled, perClass, iouThreshold } = operatingPoints(matchDetections([image], ["a", "b"]), { confidence: 0.5 });
  expect(iouThreshold).toBe(0.5);
  expect(perClass).toEqual([
    {
      ...{ class: 0, name: "a", confidence: 0.5, truePositives: 1, falsePositives: 1, falseNegatives: 1 },
      ...{ precision: 1 / 2, recall: 1 / 2, f1: 1 / 2 },
    },
    {
      ...{ class: 1, name: "b", confidence: 0.5, truePositives: 0, falsePositives: 0, falseNegatives: 1 },
      ...{ precision: NaN, recall: 0, f1: 0 },
    },
  ]);
  expect(pooled).toEqual({
    ...{ confidence: 0.5, truePositives: 1, falsePositives: 1, falseNegatives: 2 },
    ...{ precision: 1 / 2, recall: 1 / 3, f1: 2 / 5 },
  });
});

test("the IoU can be chosen among those that were matched", () => {
  const image = scene([{ box: here }], [{ box: [0, 0, 10, 7], score: 1 }]);
  const matches = matchDetections([image], ["a"]);
  expect(operatingPoints(matches, { confidence: 0, iouThreshold: 0.7 }).pooled.f1).toBe(1);
  expect(operatingPoints(matches, { confidence: 0, iouThreshold: 0.75 }).pooled.f1).toBe(0);
});

test("F1 of a class without objects is no number, whatever was detected", () => {
  const matches = matchDetections([scene([], [{ box: here, score: 1 }])], ["a"]);
  expect(operatingPoints(matches, { confidence: 0 }).pooled).toMatchObject({
    falsePositives: 1,
    precision: 0,
    f1: NaN,
  });
});

test("without classes or images there is nothing to measure", () => {
  const nothing = { truePositives: 0, falsePositives: 0, falseNegatives: 0, precision: NaN, recall: NaN, f1: NaN };
  expect(operatingPoints(matchDetections([], []), { confidence: 0.5 }).pooled).toMatchObject(nothing);
  expect(operatingPoints(matchDetections([], ["a"]), { confidence: 0.5 }).perClass[0]).toMatchObject(nothing);
});

test("leaving out the less sure detections before the matching comes to the same", () => {
  fc.assert(
    fc.property(randomImages, fc.constantFrom(0, 0.25, 0.3, 0.7, 1, [0.25, 1, 0.5]), (images, confidence) => {
      const classes = ["a", "b", "c"];
      const points = operatingPoints(matchDetections(images, classes), { confidence });
      const least = (k: number): number => (typeof confidence === "number" ? confidence : (confidence[k] ?? NaN));
      const sure = images.map((image) => {
        const { truths, detections } = readScene(image);
        return scene(
          truths,
          detections.filter((one) => one.score >= least(one.class)),
        );
      });
      const counts = matchDetections(sure, classes).perClass.map(
        ({ outcomes: [all = []], positives: [positives = 0] }) => {
          const [at50 = new Uint8Array()] = all;
          const truePositives = at50.filter((outcome) => outcome === TRUE_POSITIVE).length;
          const falsePositives = at50.filter((outcome) => outcome === FALSE_POSITIVE).length;
          return { truePositives, falsePositives, falseNegatives: positives - truePositives };
        },
      );
      expect(points.perClass).toMatchObject(counts);
      const sum = (key: keyof (typeof counts)[number]): number => counts.reduce((total, one) => total + one[key], 0);
      expect(points.pooled).toMatchObject({
        truePositives: sum("truePositives"),
        falsePositives: sum("falsePositives"),
        falseNegatives: sum("falseNegatives"),
      });
    }),
    { seed: 5, numRuns: 100 },
  );
});

test("a list must have a threshold for each class", () => {
  const matches = matchDetections([], ["a", "b"]);
  expect(operatingPoints(matches, { confidence: [0.2, 0.4] }).pooled.confidence).toBeNaN();
  expect(() => operatingPoints(matches, { confidence: [0.2] })).toThrow(
    "confidence: must be one number, or one for each of 2 classes, got 1",
  );
});
