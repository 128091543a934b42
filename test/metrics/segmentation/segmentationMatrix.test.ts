import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import type { LabelMaps } from "../../../src/metrics/segmentation/labelMaps.ts";
import { evaluateSegmentation, SegmentationMatrix } from "../../../src/metrics/segmentation/segmentationMatrix.ts";
import { expectClose, labelMap, naiveMean, pixels } from "./support.ts";

interface OracleMap {
  shape: number[];
  data: number[];
}
interface Oracle {
  cases: {
    name: string;
    input: { target: OracleMap; prediction: OracleMap; classes: number };
    expected: { meanIoU: number; iou: number[]; pixelAccuracy: number; dice: number[] };
  }[];
}

const oracle = JSON.parse(
  readFileSync(new URL("../../fixtures/oracles/segmentation_metrics.json", import.meta.url), "utf8"),
) as Oracle;

test.each(oracle.cases)("Keras has the same numbers: $name", ({ input, expected }) => {
  const [images = 0, height = 0, width = 0] = input.target.shape;
  const image = (map: OracleMap, i: number): number[] => map.data.slice(i * width * height, (i + 1) * width * height);
  const metrics = evaluateSegmentation(
    Array.from({ length: images }, (_, i) => ({
      truth: image(input.target, i),
      prediction: image(input.prediction, i),
    })),
    Array.from({ length: input.classes }, (_, k) => `class ${k}`),
  );
  expect(metrics.pixels).toBe(input.target.data.length);
  expect(metrics.pixelAccuracy).toBeCloseTo(expected.pixelAccuracy, 12);
  expect(metrics.meanIoU).toBeCloseTo(expected.meanIoU, 6); // Keras computes IoUs in float32, with an epsilon
  metrics.perClass.forEach(({ iou, dice }, k) => {
    expect(iou).toBeCloseTo(expected.iou[k] ?? NaN, 6);
    expect(dice).toBeCloseTo(expected.dice[k] ?? NaN, 12);
  });
});

test("numbers of two classes, worked out by hand", () => {
  const truth = pixels("0011", "0001");
  const prediction = pixels("0111", "0000");
  const metrics = evaluateSegmentation([{ truth, prediction }], ["ground", "car"]);
  const [ground, car] = [4 / 6, 2 / 4]; // 5 + 5 - 4 and 3 + 3 - 2 pixels in the unions
  expectClose(metrics, {
    pixelAccuracy: 6 / 8,
    meanAccuracy: (4 / 5 + 2 / 3) / 2,
    meanIoU: (ground + car) / 2,
    frequencyWeightedIoU: (5 * ground + 3 * car) / 8,
    meanDice: (8 / 10 + 4 / 6) / 2,
    pixels: 8,
    perClass: [
      { class: 0, name: "ground", iou: ground, dice: 8 / 10, accuracy: 4 / 5, truthPixels: 5, predictedPixels: 5 },
      { class: 1, name: "car", iou: car, dice: 4 / 6, accuracy: 2 / 3, truthPixels: 3, predictedPixels: 3 },
    ],
  });
});

test("a class in neither map has no numbers; one that is only predicted has IoU 0 and no accuracy", () => {
  const image = { truth: pixels("0000"), prediction: pixels("0002") };
  const { perClass, ...means } = evaluateSegmentation([image], ["a", "absent", "imagined"]);
  expect(perClass.map(({ iou }) => iou)).toEqual([3 / 4, NaN, 0]);
  expect(perClass.map(({ dice }) => dice)).toEqual([6 / 7, NaN, 0]);
  expect(perClass.map(({ accuracy }) => accuracy)).toEqual([3 / 4, NaN, NaN]);
  expectClose(means, {
    pixelAccuracy: 3 / 4,
    meanAccuracy: 3 / 4,
    meanIoU: 3 / 8,
    frequencyWeightedIoU: 3 / 4,
    meanDice: 3 / 7,
    pixels: 4,
  });
});

test("pixels that the truth ignores do not count, whatever was predicted there", () => {
  const image = { truth: pixels("01.."), prediction: pixels("00.1") };
  const { pixels: counted, pixelAccuracy, perClass } = evaluateSegmentation([image], ["a", "b"], { ignoreLabel: 255 });
  expect([counted, pixelAccuracy]).toEqual([2, 1 / 2]);
  expect(perClass.map(({ iou }) => iou)).toEqual([1 / 2, 0]);
});

test("an ignored class has no numbers of its own, and predicting it is a miss of the true class", () => {
  const image = { truth: pixels("0111"), prediction: pixels("1110") };
  const metrics = evaluateSegmentation([image], ["background", "a"], { ignoreLabel: 0 });
  expect(metrics.perClass.map(({ iou, dice, accuracy }) => [iou, dice, accuracy])).toEqual([
    [NaN, NaN, NaN],
    [2 / 3, 4 / 5, 2 / 3],
  ]);
  expect(metrics.meanIoU).toBe(2 / 3);
});

test("nothing to measure is NaN", () => {
  const nothing = new SegmentationMatrix(["a"]).metrics();
  expect(nothing).toMatchObject({ pixelAccuracy: NaN, meanAccuracy: NaN, meanIoU: NaN, frequencyWeightedIoU: NaN });
  expect(nothing).toMatchObject({ meanDice: NaN, pixels: 0 });
});

test("the matrix has a row for each true class and a column for each predicted one", () => {
  const matrix = new SegmentationMatrix(["a", "b"]);
  matrix.add({ truth: Uint8Array.of(0, 0, 1), prediction: Int32Array.of(1, 1, 1) });
  matrix.add({ truth: Uint8Array.of(1), prediction: Int32Array.of(0) });
  expect([...matrix.counts]).toEqual([0, 2, 1, 1]);
});

test("random images, taken in one by one, have the numbers that counting class by class gives", () => {
  const image = fc.integer({ min: 1, max: 40 }).chain((size) => {
    return fc.record({ truth: labelMap(size, 5), prediction: labelMap(size, 4) }); // label 4 is ignored
  });
  fc.assert(
    fc.property(fc.array(image, { maxLength: 4 }), (images) => {
      const { perClass, ...means } = evaluateSegmentation(images, ["a", "b", "c", "d"], { ignoreLabel: 4 });
      const naive = naiveNumbers(images, 4, 4);
      expectClose(
        perClass.map(({ iou, dice, accuracy }) => ({ iou, dice, accuracy })),
        naive.perClass,
      );
      expectClose(means, naive.means);
    }),
  );
});

function naiveNumbers(images: readonly LabelMaps[], classCount: number, ignoreLabel: number) {
  const pairs = images
    .flatMap(({ truth, prediction }) => Array.from(truth).map((label, i) => [label, prediction[i]] as const))
    .filter(([label]) => label !== ignoreLabel);
  const perClass = Array.from({ length: classCount }, (_, k) => {
    const both = pairs.filter(([t, p]) => t === k && p === k).length;
    const either = pairs.filter(([t, p]) => t === k || p === k).length;
    const truth = pairs.filter(([t]) => t === k).length;
    const predicted = pairs.filter(([, p]) => p === k).length;
    return { iou: both / either, dice: both / ((truth + predicted) / 2), accuracy: both / truth };
  });
  // The IoU of the true class, averaged over the pixels.
  const weighted = pairs.reduce((sum, [t]) => sum + (perClass[t]?.iou ?? NaN), 0) / pairs.length;
  return {
    perClass,
    means: {
      pixelAccuracy: pairs.filter(([t, p]) => t === p).length / pairs.length,
      meanAccuracy: naiveMean(perClass.map(({ accuracy }) => accuracy)),
      meanIoU: naiveMean(perClass.map(({ iou }) => iou)),
      frequencyWeightedIoU: weighted,
      meanDice: naiveMean(perClass.map(({ dice }) => dice)),
      pixels: pairs.length,
    },
  };
}

test.each<[string, LabelMaps, string]>([
  [
    "maps of different lengths",
    { truth: [0, 1], prediction: [0] },
    "image 1: truth has 2 pixels and prediction 1; resize the prediction to the truth's size (nearest neighbour)",
  ],
  [
    "a true label that is no class",
    { truth: [0, 254], prediction: [0, 0] },
    "image 1: truth: pixel 1: label must be an index below 2, got 254; " +
      "if it marks pixels that do not count, give it as ignoreLabel",
  ],
  ...[2, -1, 0.5, NaN, 255].map((label): [string, LabelMaps, string] => [
    `a prediction of ${label}`,
    { truth: [1, 1, 1], prediction: [0, 0, label] },
    `image 1: prediction: pixel 2: label must be an index below 2, got ${label}; ` +
      "a prediction needs a class at every pixel that counts",
  ]),
])("%s is refused, and leaves the counts as they were", (_, image, message) => {
  const matrix = new SegmentationMatrix(["a", "b"], { ignoreLabel: 255 });
  matrix.add({ truth: [0], prediction: [1] });
  expect(() => {
    matrix.add(image);
  }).toThrow(new AnchorkitError(message));
  expect([...matrix.counts]).toEqual([0, 1, 0, 0]);
});

test("an ignoreLabel that no pixel can have is refused", () => {
  expect(() => new SegmentationMatrix(["a"], { ignoreLabel: NaN })).toThrow("ignoreLabel must be an integer, got NaN");
});
