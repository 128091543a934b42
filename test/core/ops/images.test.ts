import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { cropImages, normalizeImages } from "../../../src/core/ops/images.ts";
import { engines, largestDifference, on } from "../../detection/support.ts";

const preprocessing = (width: number, height: number, fill = 0) => ({
  canvas: { width, height },
  resize: "fit" as const,
  fill,
  mean: [10, 20, 30] as [number, number, number],
  deviation: [2, 4, 5] as [number, number, number],
});

/** Images of one channel's numbers, as red, green and blue alike. */
function grey(...images: number[][][]): tf.Tensor4D {
  return tf.tensor4d(images.map((rows) => rows.map((row) => row.map((value) => [value, value, value]))));
}

function greyOf(images: tf.Tensor4D): number[] {
  return [...images.slice([0, 0, 0, 0], [-1, -1, -1, 1]).dataSync()];
}

const plain = (n: number): [tf.Tensor2D, tf.Tensor2D] => [tf.ones([n, 3]), tf.zeros([n, 3])];

describe.each(engines)("images on %s", (engine) => {
  it("cropImages puts the corners of the crop at the centres of the corner pixels, and the fill outside", async () => {
    const found = await on(engine, () => {
      const images = grey([[0, 10, 20, 30], [100, 110, 120, 130], [200, 210, 220, 230]]); // prettier-ignore
      // From half a row down to the last row; from one and a half columns before the image to its third pixel.
      const crops = tf.tensor2d([[0.25, -0.5, 1, 2 / 3]]);
      return greyOf(cropImages(images, crops, ...plain(1), preprocessing(3, 2, 77)));
    });
    expect(largestDifference(found, [77, 50 + 2.5, 50 + 20, 77, 200 + 2.5, 200 + 20])).toBeLessThan(1e-3);
  });

  it("cropImages flips where a crop runs backwards, each image by its own", async () => {
    const found = await on(engine, () => {
      const images = grey([[1, 2, 3], [4, 5, 6]], [[10, 20, 30], [40, 50, 60]]); // prettier-ignore
      const crops = tf.tensor2d([[0, 1, 1, 0], [1, 0, 0, 1]]); // prettier-ignore
      return greyOf(cropImages(images, crops, ...plain(2), preprocessing(3, 2)));
    });
    expect(largestDifference(found, [3, 2, 1, 6, 5, 4, 40, 50, 60, 10, 20, 30])).toBeLessThan(1e-4);
  });

  it("cropImages multiplies and adds for each image and channel", async () => {
    const found = await on(engine, () => {
      const images = grey([[1, 2]], [[3, 4]]);
      const scale = tf.tensor2d([[1, 2, 3], [10, 20, 30]]); // prettier-ignore
      const shift = tf.tensor2d([[0, 0.5, -1], [5, 6, 7]]); // prettier-ignore
      const crops = tf.tensor2d([[0, 0, 0, 1], [0, 0, 0, 1]]); // prettier-ignore
      return [...cropImages(images, crops, scale, shift, preprocessing(2, 1)).dataSync()];
    });
    expect(largestDifference(found, [1, 2.5, 2, 2, 4.5, 5, 35, 66, 97, 45, 86, 127])).toBeLessThan(1e-4);
  });

  it("normalizeImages is (pixel - mean) / deviation of each channel", async () => {
    const found = await on(engine, () => {
      const images = tf.tensor4d([10, 20, 30, 0, 255, 40], [1, 1, 2, 3]);
      return [...normalizeImages(images, preprocessing(2, 1)).dataSync()];
    });
    expect(largestDifference(found, [0, 0, 0, -5, 58.75, 2])).toBeLessThan(1e-4);
  });
});
