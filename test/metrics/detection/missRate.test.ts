import fc from "fast-check";
import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import { type EvaluationImage, missRates, precisionRecallPoints } from "../../../src/metrics/index.ts";
import { expectNear } from "./near.ts";
import { randomImages, scene } from "./scenes.ts";

const [here, there, nowhere] = [0, 50, 100].map((x) => [x, 0, x + 10, 10]) as [number[], number[], number[]];
const empty = scene([], []);

test("the nine points lie between 0.01 and 1 false positive an image, evenly in the logarithm", () => {
  const { falsePositivesPerImage } = missRates(matchDetections([], []));
  expectNear(falsePositivesPerImage[0], 0.01);
  expectNear(falsePositivesPerImage[8], 1);
  expect(falsePositivesPerImage).toHaveLength(9);
  for (let i = 1; i < 9; i++) {
    expectNear((falsePositivesPerImage[i] ?? NaN) / (falsePositivesPerImage[i - 1] ?? NaN), 10 ** 0.25);
  }
});

test("the miss rate falls as false positives are allowed; the log-average is the geometric mean, by hand", () => {
  // Ten images: a false positive is 0.1 an image, the fifth of the nine points.
  const first = scene(
    [{ box: here }, { box: there }, { box: nowhere }],
    [
      { box: here, score: 0.9 },
      { box: [0, 50, 10, 60], score: 0.8 },
      { box: there, score: 0.7 },
      { box: [0, 50, 10, 60], score: 0.6 },
      { box: [0, 50, 10, 60], score: 0.5 },
      { box: nowhere, score: 0.4 }, // behind 0.3 false positives an image: beyond the sixth point, 0.178
    ],
  );
  const images: EvaluationImage[] = [first, ...new Array<EvaluationImage>(9).fill(empty)];
  const { perClass, logAverageMissRate } = missRates(matchDetections(images, ["a"]));
  expectNear(perClass, [
    {
      class: 0,
      name: "a",
      truths: 3,
      logAverageMissRate,
      missRates: [2 / 3, 2 / 3, 2 / 3, 2 / 3, 1 / 3, 1 / 3, 0, 0, 0],
    },
  ]);
  expectNear(logAverageMissRate, ((2 / 3) ** 4 * (1 / 3) ** 2 * 1e-10 ** 3) ** (1 / 9));
});

test("where nothing is found before the first false positive, all is missed", () => {
  const image = scene(
    [{ box: here }],
    [
      { box: nowhere, score: 0.9 },
      { box: nowhere, score: 0.9 },
      { box: here, score: 0.5 },
    ],
  );
  expectNear(missRates(matchDetections([image], ["a"])).logAverageMissRate, 1);
  expectNear(missRates(matchDetections([scene([{ box: here }], [])], ["a"])).logAverageMissRate, 1);
});

test("one false positive in a single image is allowed at the last point", () => {
  const image = scene(
    [{ box: here }],
    [
      { box: nowhere, score: 0.9 },
      { box: here, score: 0.5 },
    ],
  );
  expect(missRates(matchDetections([image], ["a"])).perClass[0]?.missRates).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0]);
});

test("the mean leaves out classes without objects, which have no miss rate", () => {
  const image = scene([{ box: here }, { box: there, class: 2 }], [{ box: here, score: 1 }]);
  const { perClass, logAverageMissRate } = missRates(matchDetections([image], ["a", "b", "c"]));
  expectNear(
    perClass.map((one) => one.logAverageMissRate),
    [1e-10, NaN, 1],
  );
  expectNear(logAverageMissRate, (1 + 1e-10) / 2);
  expect(perClass[1]?.missRates).toEqual(new Array(9).fill(NaN));
});

test("the IoU can be chosen", () => {
  const matches = matchDetections([scene([{ box: here }], [{ box: [0, 0, 10, 7], score: 1 }])], ["a"]);
  expectNear(missRates(matches).logAverageMissRate, 1e-10);
  expectNear(missRates(matches, { iouThreshold: 0.75 }).logAverageMissRate, 1);
});

test("for random images whose scores differ, the points lie on the precision-recall curve", () => {
  fc.assert(
    fc.property(randomImages, (images) => {
      let next = 1;
      const distinct = images.map(({ truth, detections }) => ({
        truth,
        detections: { ...detections, scores: Array.from(detections.scores, (score) => score - next++ * 1e-6) },
      }));
      const matches = matchDetections(distinct, ["a", "b", "c"]);
      const { perClass, falsePositivesPerImage } = missRates(matches);
      perClass.forEach((one, k) => {
        const { precision, recall } = precisionRecallPoints(matches, { class: k });
        const points = recall.map((r, i) => {
          const found = Math.round(r * one.truths);
          return { miss: 1 - r, falsePositives: Math.round(found / (precision[i] ?? 0)) - found, count: i + 1 };
        });
        const expected = falsePositivesPerImage.map((limit) =>
          Math.min(
            1,
            ...points
              .map(({ miss, falsePositives, count }) => ({ miss, wrong: miss === 1 ? count : falsePositives }))
              .filter(({ wrong }) => wrong <= limit * images.length)
              .map(({ miss }) => miss),
          ),
        );
        if (one.truths > 0) expectNear(one.missRates, expected);
      });
    }),
    { seed: 9, numRuns: 100 },
  );
});
