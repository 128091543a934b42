import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rle } from "../../../src/geometry/masks/rle.ts";
import { type ConfusionOptions, detectionConfusion, type EvaluationImage } from "../../../src/metrics/index.ts";
import { overlapOf, randomImages, readScene, scene } from "./scenes.ts";

const [here, there, nowhere] = [0, 50, 100].map((x) => [x, 0, x + 10, 10]) as [number[], number[], number[]];

function matrixOf(image: EvaluationImage, options?: ConfusionOptions): number[][] {
  return detectionConfusion([image], ["a", "b"], options).matrix;
}

test("rows are true classes, columns predicted ones; the last are background", () => {
  const image = scene(
    [{ box: here }, { box: there, class: 1 }, { box: [0, 50, 10, 60], class: 1 }],
    [
      { box: here, score: 0.9 },
      { box: there, class: 0, score: 0.8 }, // a b that was taken for an a
      { box: nowhere, class: 1, score: 0.7 },
      { box: nowhere, class: 1, score: 0.6 },
    ],
  );
  expect(detectionConfusion([image, image], ["a", "b"])).toEqual({
    confidence: 0.25,
    iouThreshold: 0.5,
    classes: ["a", "b"],
    matrix: [
      [2, 0, 0],
      [2, 0, 2],
      [0, 4, 0],
    ],
  });
});

test("detections below the confidence threshold are left out, at it they are not", () => {
  const image = scene(
    [{ box: here }],
    [
      { box: here, score: 0.25 },
      { box: nowhere, class: 1, score: 0.24 },
    ],
  );
  expect(matrixOf(image)).toEqual([
    [1, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(matrixOf(image, { confidence: 0.26 })[0]).toEqual([0, 0, 1]);
  expect(matrixOf(image, { confidence: 0 })[2]).toEqual([0, 1, 0]);
});

test("an object is of the surest detection, even if another has its class or a higher IoU", () => {
  const image = scene(
    [{ box: here }],
    [
      { box: here, class: 0, score: 0.7 },
      { box: [0, 0, 10, 8], class: 1, score: 0.8 },
    ],
  );
  expect(matrixOf(image)).toEqual([
    [0, 1, 0],
    [0, 0, 0],
    [1, 0, 0],
  ]);
});

test("a detection is of the free object of highest IoU, of equals one of its own class, else the first", () => {
  const middle = [0, 2, 10, 12];
  const truths = [
    { box: [0, 0, 10, 10], class: 1 },
    { box: [0, 4, 10, 14], class: 0 },
  ];
  const same = { box: middle, class: 0, score: 0.9 };
  expect(matrixOf(scene(truths, [same]))).toEqual([
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
  ]);
  expect(matrixOf(scene(truths.toReversed(), [same]))[0]).toEqual([1, 0, 0]);
  expect(matrixOf(scene(truths, [{ ...same, box: [0, 1, 10, 11] }]))[1]).toEqual([1, 0, 0]);
  const twice = matrixOf(scene(truths, [same, { ...same, score: 0.5 }]));
  expect(twice.map((row) => row[0])).toEqual([1, 1, 0]);
  // Of equals of its own class the first: so a detection of the other object alone finds it free.
  const own = [{ box: [0, 0, 10, 10] }, { box: [0, 4, 10, 14] }];
  expect(matrixOf(scene(own, [same, { box: [0, 5, 10, 15], score: 0.5 }]))[0]).toEqual([2, 0, 0]);
  const neither = [
    { box: here, class: 0 },
    { box: here, class: 1 },
  ];
  const third = detectionConfusion([scene(neither, [{ box: here, class: 2, score: 1 }])], ["a", "b", "c"]);
  expect(third.matrix.map((row) => row[2])).toEqual([1, 0, 0, 0]);
});

test("an IoU at the threshold is enough", () => {
  const image = scene([{ box: here }], [{ box: [0, 0, 10, 5], score: 1 }]);
  expect(matrixOf(image)[0]).toEqual([1, 0, 0]);
  expect(matrixOf(image, { iouThreshold: 0.51 })).toEqual([
    [0, 0, 1],
    [0, 0, 0],
    [1, 0, 0],
  ]);
});

test("an ignored object takes detections of any class out of the count, and is not missed", () => {
  const image = scene(
    [{ box: here, ignore: true }],
    [
      { box: here, class: 0, score: 0.9 },
      { box: here, class: 1, score: 0.8 },
      { box: [0, 0, 10, 4], class: 1, score: 0.7 },
    ],
  );
  expect(matrixOf(image)).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, 1, 0],
  ]);
});

test("a crowd takes in detections of its own class alone", () => {
  const inside = [30, 30, 40, 40];
  const image = scene(
    [{ box: [0, 0, 100, 100], crowd: true }],
    [
      { box: inside, class: 0, score: 0.9 },
      { box: inside, class: 0, score: 0.8 },
      { box: inside, class: 1, score: 0.7 },
    ],
  );
  expect(matrixOf(image)[2]).toEqual([0, 1, 0]);
});

test("an object that counts is preferred to one that is ignored, whatever their IoUs", () => {
  const image = scene([{ box: here, ignore: true }, { box: [0, 0, 10, 6] }], [{ box: here, score: 0.9 }]);
  expect(matrixOf(image)[0]).toEqual([1, 0, 0]);
});

test("masks can be compared in place of boxes, where all images have them", () => {
  const mask = (...counts: number[]): Rle => ({ height: 2, width: 2, counts: Uint32Array.from(counts) });
  const image = scene([{ box: here }], [{ box: here, score: 1 }]);
  const masked = (truth: Rle, found: Rle): EvaluationImage => ({
    truth: { ...image.truth, masks: [truth] },
    detections: { ...image.detections, masks: [found] },
  });
  expect(matrixOf(masked(mask(0, 2, 2), mask(0, 3, 1)), { overlap: "mask" })[0]).toEqual([1, 0, 0]); // IoU 2/3
  expect(matrixOf(masked(mask(0, 2, 2), mask(2, 2)), { overlap: "mask" })[0]).toEqual([0, 0, 1]);
  expect(() => matrixOf(image, { overlap: "mask" })).toThrow("image 0: truth");
});

test("what cannot be evaluated is named; without images all is 0", () => {
  expect(() => matrixOf(scene([], [{ box: here, class: 2, score: 1 }]))).toThrow(
    "image 0: detection 0: class must be an index below 2, got 2",
  );
  expect(detectionConfusion([], ["a"]).matrix).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

/** Image by image and detection by detection, as the rules read. */
function naiveConfusion(images: readonly EvaluationImage[], confidence: number, iouThreshold: number): number[][] {
  const matrix = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
  const count = (truth: number, predicted: number): void => {
    const row = matrix[truth] ?? [];
    row[predicted] = (row[predicted] ?? 0) + 1;
  };
  for (const image of images) {
    const { truths, detections } = readScene(image);
    let free = truths.filter(({ crowd, ignore }) => !crowd && !ignore);
    const sure = detections.filter(({ score }) => score >= confidence).sort((a, b) => b.score - a.score);
    for (const found of sure) {
      const iouWith = (one: (typeof truths)[number]): number => overlapOf(found.box, one.box, one.crowd);
      const near = free.filter((one) => iouWith(one) >= iouThreshold);
      const highest = near.filter((one) => iouWith(one) === Math.max(...near.map(iouWith)));
      const chosen = highest.find((one) => one.class === found.class) ?? highest[0];
      if (chosen !== undefined) {
        free = free.filter((one) => one !== chosen);
        count(chosen.class, found.class);
      } else if (
        !truths.some((one) => iouWith(one) >= iouThreshold && (one.crowd ? one.class === found.class : one.ignore))
      ) {
        count(3, found.class);
      }
    }
    for (const missed of free) count(missed.class, 3);
  }
  return matrix;
}

test("equal to the naive twin for random images", () => {
  fc.assert(
    fc.property(
      randomImages,
      fc.constantFrom(0, 0.25, 0.6),
      fc.constantFrom(0.3, 0.5, 0.75),
      (images, confidence, iouThreshold) => {
        const { matrix } = detectionConfusion(images, ["a", "b", "c"], { confidence, iouThreshold });
        expect(matrix).toEqual(naiveConfusion(images, confidence, iouThreshold));
      },
    ),
    { seed: 6, numRuns: 300 },
  );
});

test("with a threshold for each class, the less sure detections are as if they were not there", () => {
  fc.assert(
    fc.property(randomImages, (images) => {
      const least = [0.25, 0.7, 0.5];
      const sure = images.map((image) => {
        const { truths, detections } = readScene(image);
        const kept = detections.filter((one) => one.score >= (least[one.class] ?? NaN));
        return scene(truths, kept);
      });
      const classes = ["a", "b", "c"];
      const { matrix, confidence } = detectionConfusion(images, classes, { confidence: least });
      expect(matrix).toEqual(detectionConfusion(sure, classes, { confidence: 0 }).matrix);
      expect(confidence).toBeNaN();
    }),
    { seed: 7, numRuns: 100 },
  );
});
