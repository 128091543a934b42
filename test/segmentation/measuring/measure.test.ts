import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IGNORED, type LabelMap } from "../../../src/geometry/masks/labelMap.ts";
import { type MeasuredImage, measureSegmenter, validationOf } from "../../../src/segmentation/measuring/measure.ts";

/** Rows of digits; x does not count. */
function map(...rows: string[]): LabelMap {
  const data = Uint8Array.from(rows.join(""), (digit) => (digit === "x" ? IGNORED : Number(digit)));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

function image(truth: LabelMap, prediction: LabelMap, file = "a.png"): MeasuredImage {
  return { file, size: { width: truth.width, height: truth.height }, truth, prediction };
}

const FIRST = image(map("0110", "0110", "x000"), map("0111", "0010", "1000"));
const EMPTY = image(map("000"), map("000"), "empty.png");
const MISSED = image(map("110"), map("000"), "missed.png");

describe("one class", () => {
  test("pools the pixels of all images, and takes the mean over images beside", async () => {
    const { metrics, perClass, confusion, images } = await measureSegmenter([FIRST, EMPTY, MISSED], ["cell"]);
    expect(confusion).toEqual([
      [10, 1],
      [3, 3],
    ]);
    expect(metrics.iou).toBeCloseTo(3 / 7, 12);
    expect(metrics.dice).toBeCloseTo(6 / 10, 12);
    expect(metrics.mean_iou).toBeCloseTo((3 / 7 + 10 / 14) / 2, 12);
    expect(metrics.pixel_accuracy).toBeCloseTo(13 / 17, 12);
    expect(metrics.mean_accuracy).toBeCloseTo((10 / 11 + 1 / 2) / 2, 12);
    expect(metrics.frequency_weighted_iou).toBeCloseTo((11 * (10 / 14) + 6 * (3 / 7)) / 17, 12);
    expect(images.map(({ iou }) => iou)).toEqual([3 / 5, NaN, 0]);
    expect(metrics.mean_image_iou).toBeCloseTo((3 / 5 + 0) / 2, 12); // an image with nothing on it has no IoU
    expect(perClass.map(({ name }) => name)).toEqual(["background", "cell"]);
    expect(perClass[1]).toMatchObject({ precision: 3 / 4, accuracy: 1 / 2, truthPixels: 6, predictedPixels: 4 });
  });

  test("the outlines count once in each image", async () => {
    const shifted = image(map("0011", "0011"), map("0001", "0001"));
    const { metrics, perClass } = await measureSegmenter([shifted, image(shifted.truth, shifted.truth)], ["cell"]);
    expect(perClass.map(({ boundaryF1 }) => boundaryF1)).toEqual([0.5, 0.5]);
    expect(metrics.boundary_f1).toBe(0.5);
  });
});

test("classes that occur nowhere have no numbers, and the means do without them", async () => {
  const { metrics, perClass } = await measureSegmenter([image(map("0022"), map("0002"))], ["cat", "dog"]);
  expect(perClass[1]?.iou).toBeNaN();
  expect(metrics.iou).toBe(0.5);
  expect(metrics.mean_iou).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
});

test("training takes the mean IoU for the score", async () => {
  const validation = validationOf(await measureSegmenter([FIRST], ["cell"]));
  expect(validation.score).toBe(validation.metrics.mean_iou);
  expect(validation.examples?.confusion).toEqual([
    [6, 1],
    [1, 3],
  ]);
});

test("nothing measured is NaN throughout", async () => {
  const { metrics } = await measureSegmenter([], ["cell"]);
  expect(new Set(Object.values(metrics))).toEqual(new Set([NaN]));
});

test("images are taken as they come, one at a time", async () => {
  const events: string[] = [];
  function* stream(): Generator<MeasuredImage> {
    for (const one of [FIRST, MISSED]) {
      events.push(`read ${one.file}`);
      yield one;
    }
  }
  await measureSegmenter(stream(), ["cell"], ({ file }, { iou }) => events.push(`${file} ${iou.toFixed(1)}`));
  expect(events).toEqual(["read a.png", "a.png 0.6", "read missed.png", "missed.png 0.0"]);
});

test("errors name the file", async () => {
  const sizes = image(map("000", "000"), map("0000", "0000"), "b.png");
  await expect(measureSegmenter([FIRST, sizes], ["cell"])).rejects.toThrow(
    "b.png: the labels have 3 x 2 pixels and the prediction 4 x 2; resize the prediction",
  );
  await expect(measureSegmenter([FIRST, image(map("00"), map("02"), "c.png")], ["cell"])).rejects.toThrow(
    "c.png: prediction: pixel 1: label must be an index below 2, got 2",
  );
  await expect(measureSegmenter([FIRST, image(map("03"), map("00"), "d.png")], ["cell"])).rejects.toThrow(
    "d.png: truth: pixel 1: label must be an index below 2, got 3",
  );
});

test("the numbers are those of all pixels laid end to end, counted one by one", async () => {
  const pixels = fc.array(fc.tuple(fc.constantFrom(0, 1, 2, IGNORED), fc.constantFrom(0, 1, 2)), {
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(pixels, { minLength: 1, maxLength: 4 }), async (list) => {
      const images = list.map((one) => {
        const size = { width: one.length, height: 1 };
        const labels = (at: 0 | 1): LabelMap => ({ ...size, data: Uint8Array.from(one, (pair) => pair[at]) });
        return image(labels(0), labels(1));
      });
      const { perClass, metrics } = await measureSegmenter(images, ["a", "b"]);
      const counted = list.flat().filter(([truth]) => truth !== IGNORED);
      for (const k of [0, 1, 2]) {
        const both = counted.filter(([t, p]) => t === k && p === k).length;
        const either = counted.filter(([t, p]) => t === k || p === k).length;
        expect(perClass[k]?.iou).toBe(both / either);
      }
      expect(metrics.pixel_accuracy).toBe(counted.filter(([t, p]) => t === p).length / counted.length);
    }),
    { numRuns: 50 },
  );
});
