import fc from "fast-check";
import { expect, test } from "vitest";
import { matchDetections } from "../../../../src/metrics/detection/coco/matching.ts";
import { averageRecallCurve, evaluateCoco, matchProposals } from "../../../../src/metrics/index.ts";
import { expectNear } from "../near.ts";
import { randomImages, scene } from "../scenes.ts";

const boxes = Array.from({ length: 4 }, (_, i) => [20 * i, 0, 20 * i + 10, 10]) as [
  number[],
  number[],
  number[],
  number[],
];

test("more proposals find more objects, and IoU 0.8 counts at seven of the ten thresholds", () => {
  const image = scene(
    [{ box: boxes[0] }, { box: boxes[1] }],
    [
      { box: boxes[2], score: 0.9 },
      { box: [0, 0, 10, 8], score: 0.8 },
      { box: boxes[3], score: 0.7 },
      { box: boxes[1], score: 0.6 },
    ],
  );
  const curve = averageRecallCurve(matchDetections([image], ["a"]), [1, 2, 3, 4, 100]);
  expect(curve.proposals).toEqual([1, 2, 3, 4, 100]);
  expectNear(curve.averageRecall, [0, 0.35, 0.35, 0.85, 0.85]);
  expectNear(curve.perClass, [{ class: 0, name: "a", truths: 2, averageRecall: curve.averageRecall }]);
});

test("proposals go as far as detections were matched", () => {
  const matches = matchDetections([scene([{ box: boxes[0] }], [])], ["a"], { maxDetections: 50 });
  expect(averageRecallCurve(matches).proposals).toEqual([1, 2, 5, 10, 20, 50]);
  expect(() => averageRecallCurve(matches, [10, 51])).toThrow(
    "averageRecallCurve: 51 proposals need matches with maxDetections 51 or more, got 50",
  );
  expect(averageRecallCurve(matchProposals([])).proposals).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]);
});

test("proposals find objects of any class and compete with each other, whatever their class", () => {
  const image = scene(
    [
      { box: boxes[0], class: 2 },
      { box: boxes[1], class: 1 },
    ],
    [
      { box: boxes[0], class: 0, score: 0.5 },
      { box: boxes[1], class: 1, score: 0.6 },
    ],
  );
  const { averageRecall, perClass } = averageRecallCurve(matchProposals([image]), [1, 2]);
  expect(averageRecall).toEqual([0.5, 1]);
  expect(perClass.map(({ name, truths }) => [name, truths])).toEqual([["any", 2]]);
  expect(averageRecallCurve(matchDetections([image], ["a", "b", "c"]), [1, 2])).toMatchObject({
    averageRecall: [0.5, 0.5],
    perClass: [{ averageRecall: [NaN, NaN] }, { averageRecall: [1, 1] }, { averageRecall: [0, 0] }],
  });
});

test("more than 100 proposals of an image are looked at", () => {
  const wrong = Array.from({ length: 149 }, () => ({ box: boxes[1], score: 0.9 }));
  const image = scene([{ box: boxes[0] }], [...wrong, { box: boxes[0], score: 0.1 }]);
  expect(averageRecallCurve(matchProposals([image]), [100, 149, 150, 1000]).averageRecall).toEqual([0, 0, 1, 1]);
});

test("for random images 1, 10 and 100 proposals have COCO's average recall", () => {
  fc.assert(
    fc.property(randomImages, (images) => {
      const classes = ["a", "b", "c", "absent"];
      const { averageRecall, perClass } = averageRecallCurve(matchDetections(images, classes), [1, 10, 100]);
      const coco = evaluateCoco(images, classes);
      expectNear(averageRecall, [coco.AR1, coco.AR10, coco.AR100]);
      expectNear(
        perClass.map((one) => one.averageRecall),
        coco.perClass.map(({ AR1, AR10, AR100 }) => [AR1, AR10, AR100]),
      );
    }),
    { seed: 2, numRuns: 60 },
  );
});
