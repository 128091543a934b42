import fc from "fast-check";
import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import { countingErrors } from "../../../src/metrics/index.ts";
import { expectNear } from "./near.ts";
import { randomImages, readScene, scene } from "./scenes.ts";

const [here, there, nowhere] = [0, 50, 100].map((x) => [x, 0, x + 10, 10]) as [number[], number[], number[]];

test("errors of the counts in three images, by hand", () => {
  const images = [
    scene(
      [{ box: here }],
      [
        { box: here, score: 0.5 },
        { box: there, score: 0.6 },
        { box: nowhere, score: 0.7 },
      ],
    ), // 2 too many
    scene(
      [{ box: here }, { box: there }],
      [
        { box: here, score: 0.49 },
        { box: here, score: 0.9 },
      ],
    ), // 1 too few
    scene([{ box: here }], [{ box: nowhere, score: 1 }]), // right, though in the wrong place
  ];
  const { confidence, perClass, total } = countingErrors(matchDetections(images, ["a"]));
  expect(confidence).toBe(0.5);
  const expected = {
    truths: 4,
    detections: 5,
    bias: 1 / 3,
    meanAbsoluteError: 1,
    rootMeanSquareError: Math.sqrt(5 / 3),
    exact: 1 / 3,
  };
  expectNear(perClass, [{ class: 0, name: "a", ...expected }]);
  expectNear(total, expected);
});

test("the total counts objects whatever their class", () => {
  const image = scene(
    [{ box: here }, { box: there }],
    [
      { box: here, class: 1, score: 1 },
      { box: there, score: 1 },
    ],
  );
  const { perClass, total } = countingErrors(matchDetections([image], ["a", "b"]));
  expect(perClass).toMatchObject([
    { bias: -1, exact: 0 },
    { bias: 1, exact: 0 },
  ]);
  expect(total).toMatchObject({ bias: 0, meanAbsoluteError: 0, exact: 1 });
});

test("crowds and ignored objects are not counted, nor what was found in them", () => {
  const image = scene(
    [
      { box: here, ignore: true },
      { box: [40, 0, 80, 40], crowd: true },
    ],
    [
      { box: here, score: 1 },
      { box: there, score: 1 },
      { box: nowhere, score: 1 },
    ],
  );
  expect(countingErrors(matchDetections([image], ["a"])).total).toMatchObject({ truths: 0, detections: 1 });
  const strict = countingErrors(
    matchDetections([scene([{ box: here, ignore: true }], [{ box: [0, 0, 10, 7], score: 1 }])], ["a"]),
    { iouThreshold: 0.75 },
  );
  expect(strict.total.detections).toBe(1);
});

test("without images there is no error", () => {
  expect(countingErrors(matchDetections([], ["a"])).total).toEqual({
    truths: 0,
    detections: 0,
    bias: NaN,
    meanAbsoluteError: NaN,
    rootMeanSquareError: NaN,
    exact: NaN,
  });
});

test("equal to counting one by one in random images without anything to ignore", () => {
  fc.assert(
    fc.property(randomImages, fc.constantFrom(0, 0.25, 0.6), (images, confidence) => {
      const all = images.map(readScene).map(({ truths, detections }) => ({
        truths: truths.map(({ box, class: k }) => ({ box, class: k })),
        detections,
      }));
      const matches = matchDetections(
        all.map(({ truths, detections }) => scene(truths, detections)),
        ["a", "b", "c"],
      );
      const { perClass } = countingErrors(matches, { confidence });
      perClass.forEach((actual, k) => {
        const errors = all.map(
          ({ truths, detections }) =>
            detections.filter((one) => one.class === k && one.score >= confidence).length -
            truths.filter((one) => one.class === k).length,
        );
        const mean = (f: (error: number) => number): number =>
          errors.reduce((sum, error) => sum + f(error), 0) / errors.length;
        expectNear([actual.bias, actual.meanAbsoluteError], [mean((e) => e), mean(Math.abs)]);
        expectNear(actual.rootMeanSquareError, Math.sqrt(mean((e) => e * e)));
        expectNear(
          actual.exact,
          mean((e) => (e === 0 ? 1 : 0)),
        );
      });
    }),
    { seed: 4, numRuns: 60 },
  );
});
