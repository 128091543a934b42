import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { cropRois, roiAlign, roiMaxPool, type RoiAlignOptions } from "../../../src/detection/boxes/roiPooling.ts";
import {
  engines,
  largestDifference,
  on,
  oracleCases,
  oracleTensor,
  type OracleCase,
  type OracleTensor,
} from "../support.ts";

interface RoiCase extends OracleCase {
  input: Record<"features" | "rois" | "upstream", OracleTensor> & {
    outputSize: [number, number];
    spatialScale: number;
    samplingRatio: number | null;
    aligned: boolean | null;
  };
  expected: Record<"output" | "featureGradient", OracleTensor>;
}

type Pooling = (features: tf.Tensor4D, rois: tf.Tensor2D, batchIndex: tf.Tensor1D) => tf.Tensor4D;

const random = new Random("roi pooling");
const features = Array.from({ length: 2 * 6 * 9 * 2 }, () => random.normal());

/** The bilinear value of a map of 6 x 9 cells of two images and channels, the position moved onto the map. */
function naiveSample(image: number, channel: number, y: number, x: number): number {
  const at = (row: number, column: number): number => features[((image * 6 + row) * 9 + column) * 2 + channel] ?? NaN;
  const [cy, cx] = [Math.min(Math.max(y, 0), 5), Math.min(Math.max(x, 0), 8)];
  const [top, left] = [Math.min(Math.floor(cy), 4), Math.min(Math.floor(cx), 7)];
  const [dy, dx] = [cy - top, cx - left];
  const upper = at(top, left) * (1 - dx) + at(top, left + 1) * dx;
  return upper * (1 - dy) + (at(top + 1, left) * (1 - dx) + at(top + 1, left + 1) * dx) * dy;
}

describe.each(engines)("RoI pooling on %s", (engine) => {
  it.each(oracleCases("roi") as RoiCase[])(
    "$name equals torchvision, and its gradient too",
    async ({ input, expected }) => {
      const { outputSize, spatialScale, samplingRatio, aligned } = input;
      const pool: Pooling =
        samplingRatio === null || aligned === null
          ? (x, rois, index) => roiMaxPool(x, rois, index, { outputSize, spatialScale })
          : (x, rois, index) => {
              const options: RoiAlignOptions = { outputSize, spatialScale, samplingRatio, aligned };
              return roiAlign(x, rois, index, options);
            };
      const { output, gradient } = await on(engine, () => {
        const [index, rois] = tf.split(oracleTensor(input.rois), [1, 4], 1) as [tf.Tensor2D, tf.Tensor2D];
        const pooled = (x: tf.Tensor): tf.Tensor => pool(x as tf.Tensor4D, rois, index.flatten().cast("int32"));
        const x = oracleTensor(input.features);
        return {
          output: pooled(x).dataSync(),
          gradient: tf
            .grad((x) => pooled(x).mul(oracleTensor(input.upstream)).sum())(x)
            .dataSync(),
        };
      });
      expect(largestDifference(output, expected.output.data)).toBeLessThan(1e-4);
      expect(largestDifference(gradient, expected.featureGradient.data)).toBeLessThan(1e-4);
    },
  );

  it("by crops takes the values at the centres of bins, as a loop over RoIs does", async () => {
    // Stride 4: a map of 6 x 9 cells is 24 x 36 pixels. The second RoI reaches every edge, the third is thin.
    const rois = [[4, 2, 30, 20], [0, 0, 36, 24], [10, 10, 11, 22], [20, 5, 36, 8]]; // prettier-ignore
    const images = [0, 1, 1, 0];
    const size = 5;
    const { output, gradient, upstream } = await on(engine, () => {
      const x = tf.tensor4d(features, [2, 6, 9, 2]);
      const crop = (x: tf.Tensor): tf.Tensor4D =>
        cropRois(x as tf.Tensor4D, tf.tensor2d(rois), tf.tensor1d(images, "int32"), {
          outputSize: [size, size],
          spatialScale: 1 / 4,
        });
      const upstream = tf.tensor4d(
        Array.from({ length: 4 * size * size * 2 }, (_, i) => Math.sin(i)),
        [4, size, size, 2],
      );
      return {
        output: crop(x).dataSync(),
        gradient: tf
          .grad((x) => crop(x).mul(upstream).sum())(x)
          .dataSync(),
        upstream: upstream.dataSync(),
      };
    });
    const expected = rois.flatMap(([x1 = 0, y1 = 0, x2 = 0, y2 = 0], r) => {
      // The centres of the first and the last bin, moved onto the map; the other samples lie evenly between.
      const centre = (low: number, high: number, i: number, last: number): number => {
        const end = (share: number): number => Math.min(Math.max((low + share * (high - low)) / 4 - 0.5, 0), last);
        return end(0.5 / size) + (i / (size - 1)) * (end(1 - 0.5 / size) - end(0.5 / size));
      };
      const grid = Array.from({ length: size }, (_, i) => i);
      return grid.flatMap((i) =>
        grid.flatMap((j) =>
          [0, 1].map((c) => naiveSample(images[r] ?? 0, c, centre(y1, y2, i, 5), centre(x1, x2, j, 8))),
        ),
      );
    });
    expect(largestDifference(output, expected)).toBeLessThan(1e-4);
    // Every sample's weights are 1 in sum, and it is linear in the features: <gradient, features> = <upstream, output>.
    const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
      Array.from(a).reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0);
    expect(dot(gradient, features)).toBeCloseTo(dot(upstream, output), 3);
    expect(dot(gradient, Array(gradient.length).fill(1) as number[])).toBeCloseTo(
      dot(upstream, Array(upstream.length).fill(1) as number[]),
      3,
    );
  });

  it("by maximum is 0 where a bin lies outside the map, even if all values are negative", async () => {
    const pooled = await on(engine, () => {
      const map = tf.fill<tf.Rank.R4>([1, 4, 4, 1], -3);
      const rois = tf.tensor2d([[2, 2, 9, 3]]);
      return roiMaxPool(map, rois, tf.tensor1d([0], "int32"), { outputSize: [1, 4], spatialScale: 1 }).dataSync();
    });
    expect(Array.from(pooled)).toEqual([-3, 0, 0, 0]);
  });
});
