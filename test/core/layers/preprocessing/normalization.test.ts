import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Normalization } from "../../../../src/core/layers/preprocessing/normalization.ts";
import { Rescaling } from "../../../../src/core/layers/preprocessing/rescaling.ts";
import { Resizing } from "../../../../src/core/layers/preprocessing/resizing.ts";
import { largestDifference } from "../../../detection/support.ts";

const values = (layer: Normalization): number[][] => layer.getWeights().map((weight) => [...weight.dataSync()]);

describe("Normalization", () => {
  beforeAll(() => tf.setBackend("cpu"));

  it("measures tensors, nested lists and batches of any length alike, far from 0 too", async () => {
    const rows = [[1001, -5], [1003, 7], [1008, 2], [1000, 4]]; // prettier-ignore
    const expected = [[1003, 2], [9.5, 19.5]]; // prettier-ignore
    async function* batches(): AsyncGenerator<[tf.Tensor, string]> {
      yield [tf.tensor2d(rows.slice(0, 3)), "targets"];
      await Promise.resolve();
      yield [tf.tensor2d(rows.slice(3)), "targets"];
    }
    const tensor = tf.tensor2d(rows);
    for (const data of [tensor, rows, [tensor.slice(0, 1), tensor.slice(1)], batches()]) {
      const layer = new Normalization();
      await layer.adapt(data);
      for (const [i, value] of values(layer).entries()) {
        expect(largestDifference(value, expected[i] ?? [])).toBeLessThan(1e-3);
      }
      const y = layer.apply(tensor) as tf.Tensor;
      expect(y.mean(0).abs().max().dataSync<"float32">()[0]).toBeLessThan(1e-4);
      await layer.adapt(tf.zeros([3, 2])); // anew, not in addition
      expect(values(layer)).toEqual([[0, 0], [0, 0]]); // prettier-ignore
      expect([...(layer.apply(tf.zeros([1, 2])) as tf.Tensor).dataSync()]).toEqual([0, 0]);
      tf.dispose(layer.getWeights());
    }
  });

  it("disposes of what an async iterable gives", async () => {
    const layer = new Normalization({ axis: null });
    await layer.adapt([[1, 2]]);
    const before = tf.memory().numTensors;
    async function* batches(): AsyncGenerator<tf.Tensor> {
      for (let i = 0; i < 3; i++) yield await Promise.resolve(tf.tensor2d([[i, 2 * i]]));
    }
    await layer.adapt(batches());
    expect(tf.memory().numTensors).toBe(before);
    expect(values(layer)[0]?.[0]).toBeCloseTo(1.5, 5);
  });

  it("is saved with its weights, which do not train", async () => {
    const layer = new Normalization({ inputShape: [2], name: "norm" });
    const model = tf.sequential({ layers: [layer] });
    await layer.adapt([[0, 10], [4, 20]]); // prettier-ignore
    expect(model.trainableWeights).toEqual([]);
    expect(model.weights.map(({ originalName }) => originalName)).toEqual(["norm/mean", "norm/variance"]);
    const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
    loaded.setWeights(model.getWeights());
    expect([...(loaded.predict(tf.tensor2d([[4, 25]])) as tf.Tensor).dataSync()]).toEqual([1, 2]);
  });

  it.each<[() => unknown, string]>([
    [() => new Normalization({ mean: 1, name: "n" }), "Normalization n: mean and variance must be given together, or neither"],
    [() => new Normalization({ mean: [1, 2, 3], variance: [1, 1, 1], name: "n" }).apply(tf.zeros([1, 2])), "Normalization n: 3 means for an axis of 2"],
    [() => new Normalization({ axis: 3, name: "n" }).apply(tf.zeros([1, 2])), "Normalization n: axis [3] does not fit an input of rank 2"],
    [() => new Normalization({ mean: 1, variance: 1, name: "n" }).adapt([[1]]), "Normalization n: has a mean and a variance given"],
    [() => new Normalization({ name: "n" }).adapt([]), "Normalization n: adapt was given no data"],
    [() => new Normalization({ name: "n" }).adapt([tf.zeros([1, 2]), tf.zeros([1, 3])]), "Normalization n: adapt was given a batch [1, 3] where the axis has 2"],
    [() => new Rescaling({ scale: [1, 2, 3], name: "n" }).apply(tf.zeros([1, 2])), "Rescaling n: scale has 3 numbers, and the input [1, 2] ends with another size"],
    [() => new Rescaling({ scale: "a" as never, name: "n" }), 'Rescaling n: scale must be a number or a list of numbers, got "a"'],
    [() => new Resizing({ height: 2, width: 2.5, name: "n" }), "Resizing n: width must be a whole number of 1 or more, got 2.5"],
    [() => new Resizing({ height: 2, width: 2, interpolation: "lanczos3" as never, name: "n" }), 'Resizing n: interpolation must be one of nearest, bilinear, got "lanczos3"'],
    [() => new Resizing({ height: 2, width: 2, cropToAspectRatio: true, padToAspectRatio: true, name: "n" }), "Resizing n: cropToAspectRatio and padToAspectRatio exclude each other"],
  ])("refuses what makes no sense in one line: %#", async (run, message) => {
    await expect(Promise.resolve().then(run)).rejects.toThrow(message);
  }); // prettier-ignore
});
