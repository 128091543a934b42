import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { transformImages } from "../../../src/core/ops/transformImages.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { labelsOf, withMargin } from "../../../src/segmentation/running/predictStep.ts";

await loadEngine();

describe("withMargin", () => {
  it.each([1, 3, 4, 9, 21])("mirrors images at their edges, border included: %i pixels", (margin) => {
    const images = tf.range(0, 2 * 3 * 4 * 2).reshape<tf.Tensor4D>([2, 3, 4, 2]);
    const shift = tf.tensor2d([1, 0, -margin, 0, 1, -margin, 0, 0], [1, 8]).tile<tf.Tensor2D>([2, 1]);
    const wanted = transformImages(images, shift, {
      ...{ interpolation: "nearest", fillMode: "reflect" },
      size: [3 + 2 * margin, 4 + 2 * margin],
    });
    expect(withMargin(images, margin).arraySync()).toEqual(wanted.arraySync());
  });

  it("has nothing to do without one", () => {
    const images = tf.zeros<tf.Rank.R4>([1, 2, 2, 3]);
    expect(withMargin(images, 0)).toBe(images);
  });
});

describe("labelsOf", () => {
  const pixels = tf.tensor4d([0.6, 0.4, 0.3, 0.7], [1, 1, 2, 2]);

  it("takes the most probable label", () => {
    expect([...labelsOf(pixels, undefined).dataSync()]).toEqual([0, 1]);
  });

  it("takes the one class from a threshold on", () => {
    expect([...labelsOf(pixels, 0.4).dataSync()]).toEqual([1, 1]);
    expect([...labelsOf(pixels, 0.8).dataSync()]).toEqual([0, 0]);
  });
});
