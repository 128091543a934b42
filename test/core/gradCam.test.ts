import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { type CamWeighting, gradCam, mapLayers } from "../../src/core/gradCam.ts";
import { disposeWeights, weightsOf } from "../../src/core/namedWeights.ts";
import { Relu } from "../../src/core/layers/relu.ts";
import { compileProgram } from "../../src/engine/graph/program.ts";
import type { Step } from "../../src/engine/graph/step.ts";
import { loadEngine } from "../../src/engine/load.ts";

const native = (await loadEngine()).name === "native";

/** Images [n, 4, 6, 1] to two scores, which are no linear function of the map "relu" [n, 2, 3, 3]. */
function tinyNetwork(): tf.LayersModel {
  const seeded = (seed: number) => tf.initializers.randomNormal({ mean: 0, stddev: 0.6, seed });
  const image = tf.input({ shape: [4, 6, 1], name: "image" });
  const conv = tf.layers.conv2d({
    ...{ name: "conv", filters: 3, kernelSize: 3, strides: 2, padding: "same", kernelInitializer: seeded(4) },
  });
  const map = new Relu({ name: "relu" }).apply(conv.apply(image)) as tf.SymbolicTensor;
  const vector = tf.layers.flatten({ name: "flatten" }).apply(map) as tf.SymbolicTensor;
  const hidden = tf.layers
    .dense({ name: "hidden", units: 4, activation: "tanh", kernelInitializer: seeded(5) })
    .apply(vector) as tf.SymbolicTensor;
  const scores = tf.layers.dense({ name: "scores", units: 2, kernelInitializer: seeded(6) }).apply(hidden);
  return tf.model({ inputs: image, outputs: scores as tf.SymbolicTensor });
}

const network = tinyNetwork();
const layer = network.getLayer("relu");
const image = tf.tensor4d(
  Array.from({ length: 24 }, (_, i) => Math.sin(i * i)),
  [1, 4, 6, 1],
);
afterAll(() => {
  disposeWeights(network);
  image.dispose();
});
const scoreOf = (k: number) => (): tf.Tensor => (network.apply(image) as tf.Tensor2D).slice([0, k], [1, 1]).asScalar();

/** Grad-CAM with a gradient by central differences: each number of the map a little more, and a little less. */
function naiveCam(k: number, weighting: CamWeighting): number[] {
  const head = (map: Float32Array): number =>
    tf.tidy(() => {
      let x: tf.Tensor = tf.tensor4d(map, [1, 2, 3, 3]);
      for (const name of ["flatten", "hidden", "scores"]) x = network.getLayer(name).apply(x) as tf.Tensor;
      return x.dataSync()[k] ?? NaN;
    });
  const map = tf.tidy(() => (layer.apply(network.getLayer("conv").apply(image)) as tf.Tensor).dataSync<"float32">());
  const step = 0.02;
  const gradient = Array.from(map, (_, i) => {
    const moved = (by: number): number => head(map.map((value, j) => (j === i ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  const weight = (cell: number, channel: number): number => {
    if (weighting === "cells") return gradient[3 * cell + channel] ?? NaN;
    return [0, 1, 2, 3, 4, 5].reduce((sum, other) => sum + (gradient[3 * other + channel] ?? NaN) / 6, 0);
  };
  return [0, 1, 2, 3, 4, 5].map((cell) =>
    Math.max(
      0,
      [0, 1, 2].reduce((sum, c) => sum + weight(cell, c) * (map[3 * cell + c] ?? NaN), 0),
    ),
  );
}

describe("gradCam", () => {
  it.each<[number, CamWeighting]>([
    [0, "channels"],
    [1, "channels"],
    [0, "cells"],
    [1, "cells"],
  ])("is what finite differences give: score %d, weights of %s", (k, weighting) => {
    const before = tf.memory().numTensors;
    const heat = gradCam(layer, scoreOf(k), weighting);
    expect(heat.shape).toEqual([1, 2, 3]);
    const values = [...heat.dataSync()];
    heat.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const expected = naiveCam(k, weighting);
    expect(Math.max(...expected)).toBeGreaterThan(0.05);
    for (const [i, value] of values.entries()) expect(value, `cell ${i}`).toBeCloseTo(expected[i] ?? NaN, 3);
    expect("call" in layer && Object.hasOwn(layer, "call")).toBe(false); // the layer is as it was
  });

  it("by hand: two channels, the mean of the first less twice that of the second squared", () => {
    const map = tf.tensor4d([1, 1, 2, 0, 0, 3, 4, 0], [1, 2, 2, 2]); // cells (1, 1), (2, 0), (0, 3), (4, 0)
    const same = tf.layers.activation({ activation: "linear" });
    const score = (): tf.Tensor => {
      const [first, second] = tf.split(same.apply(map) as tf.Tensor4D, 2, 3) as [tf.Tensor, tf.Tensor];
      return first.mean().sub(second.square().mean().mul(2));
    };
    // gradients 1/4 for the first channel; -second for the second: -1, 0, -3, 0, their mean -1
    expect([...gradCam(same, score).dataSync()]).toEqual([0, 0.5, 0, 1]);
    const single = (): tf.Tensor => (same.apply(map) as tf.Tensor4D).square().sum().mul(0.5);
    expect([...gradCam(same, single, "cells").dataSync()]).toEqual([2, 4, 9, 16]); // the gradient is the map itself
    map.dispose();
  });

  it.runIf(native)("gives the same recorded as op by op", async () => {
    const step: Step = {
      inputs: { x: { shape: [1, 4, 6, 1], dtype: "float32" } },
      run: ({ x }) => ({
        outputs: { heat: gradCam(layer, () => (network.apply(x ?? image) as tf.Tensor).slice([0, 0], [1, 1])) },
      }),
    };
    const variables = weightsOf(network, false);
    const [graph, eager] = [
      await compileProgram({ step }, { variables, frozen: true }),
      await compileProgram({ step }, { variables, mode: "eager" }),
    ];
    expect(graph.mode).toBe("graph");
    const heats = [graph, eager].map((program) => program.run("step", { x: image }).heat as tf.Tensor);
    const [recorded = [], plain = []] = heats.map((heat) => [...heat.dataSync()]);
    for (const [i, value] of plain.entries()) expect(recorded[i]).toBeCloseTo(value, 5);
    expect(plain).toEqual([...tf.tidy(() => gradCam(layer, scoreOf(0)).dataSync())]);
    tf.dispose(heats);
    graph.dispose();
    eager.dispose();
  });

  it("says when the score is computed without the layer", () => {
    const other = tf.layers.activation({ activation: "linear", name: "other" });
    expect(() => tf.tidy(() => gradCam(other, scoreOf(0)))).toThrow(
      "gradCam: the score is computed without the layer other",
    );
  });
});

it("the layers that can be looked at are those with a map", () => {
  expect([...mapLayers(network).keys()]).toEqual(["conv", "relu"]);
});
