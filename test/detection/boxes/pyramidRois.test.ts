import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { cropPyramidRois } from "../../../src/detection/boxes/pyramidRois.ts";
import { cropRois } from "../../../src/detection/boxes/roiPooling.ts";
import { engines, largestDifference, on } from "../support.ts";

const random = new Random("pyramid RoIs");
const strides = [4, 8, 32];
const sizes: [number, number][] = [[60, 80], [30, 40], [8, 10]]; // prettier-ignore
const values = sizes.map(([h, w]) => Float32Array.from({ length: 2 * h * w * 3 }, () => random.normal()));
const mapsOf = (): tf.Tensor4D[] => sizes.map(([h, w], i) => tf.tensor4d(values[i] ?? [], [2, h, w, 3]));

// Side of a square of the same area: 0, 50, 111.9, 112, 250, 448; the limits are 14 * 8 = 112 and 14 * 32 = 448.
const rois = [
  [0, 0, 0, 0],
  [10, 20, 110, 45],
  [3, 5, 114.9, 116.9],
  [3, 5, 227, 61],
  [1, 2, 126, 502],
  [0, 0, 224, 896],
];
const levels = [0, 0, 0, 1, 1, 2];
const images = [1, 0, 1, 0, 1, 0];

describe.each(engines)("RoIs pooled from a pyramid on %s", (engine) => {
  it("each take the map of the FPN paper's rule, and send their gradient there alone", async () => {
    const { pooled, expected, slopes, expectedSlopes } = await on(engine, () => {
      const index = tf.tensor1d(images, "int32");
      const crop = (...maps: tf.Tensor[]): tf.Tensor4D =>
        cropPyramidRois(maps as tf.Tensor4D[], strides, tf.tensor2d(rois), index, [2, 3]);
      const oneByOne = (...maps: tf.Tensor[]): tf.Tensor4D =>
        tf.concat(
          rois.map((roi, i) => {
            const [level = 0, image = 0] = [levels[i], images[i]];
            const options = { outputSize: [2, 3], spatialScale: 1 / (strides[level] ?? 0) } as const;
            const map = maps[level] as tf.Tensor4D;
            return cropRois(map, tf.tensor2d([roi]), tf.tensor1d([image], "int32"), options);
          }),
        );
      const weights = tf.range(1, 1 + rois.length * 18).reshape([rois.length, 2, 3, 3]);
      const slopesOf = (f: typeof crop): number[] =>
        tf
          .grads((...maps: tf.Tensor[]) => f(...maps).mul(weights).sum())(mapsOf())
          .flatMap((slope) => [...slope.dataSync()]); // prettier-ignore
      return {
        pooled: crop(...mapsOf()).dataSync(),
        expected: oneByOne(...mapsOf()).dataSync(),
        slopes: slopesOf(crop),
        expectedSlopes: slopesOf(oneByOne),
      };
    });
    expect(pooled.length).toBe(6 * 2 * 3 * 3);
    expect(largestDifference(pooled, expected)).toBeLessThan(1e-6);
    expect(largestDifference(slopes, expectedSlopes)).toBeLessThan(1e-4);
  });

  it("are those of one map where there is one", async () => {
    const [pooled, expected] = await on(engine, () => {
      const [map] = mapsOf() as [tf.Tensor4D];
      const index = tf.tensor1d(images, "int32");
      const options = { outputSize: [3, 2], spatialScale: 1 / 4 } as const;
      return [
        cropPyramidRois([map], [4], tf.tensor2d(rois), index, [3, 2]).dataSync(),
        cropRois(map, tf.tensor2d(rois), index, options).dataSync(),
      ];
    });
    expect(pooled).toEqual(expected);
  });
});
