import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { BatchNorm, batchNormsOf } from "../../../src/core/layers/batchNorm.ts";
import { collectUpdates } from "../../../src/core/updates.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { expectClose, layerCases, runLayer, toTensor, type LayerCase } from "../oracle.ts";

const cases = layerCases().filter(({ name }) => name.startsWith("batchNorm"));

const inference = cases[1] as LayerCase;

describe.each(["auto", "cpu"] as const)("BatchNorm on engine %s", (engine) => {
  beforeAll(() => loadEngine({ engine }));

  it.each(cases)("equals Keras: $name", (oracle) => {
    const training = oracle.name.endsWith("True");
    const layer = new BatchNorm({ momentum: 0.9, epsilon: 1e-3 });
    const { output, gradients, weightsAfter } = runLayer(layer, oracle, { training });
    expectClose(output, oracle.expected.outputs[0], "output");
    for (const expected of oracle.expected.gradients) expectClose(gradients.get(expected.of), expected, expected.of);
    oracle.expected.weightsAfter?.forEach((expected, i) => {
      expectClose(weightsAfter[i], expected, expected.name);
    });
  });

  it.each<[string, (layer: BatchNorm) => void]>([
    ["trainable = false", (layer) => (layer.trainable = false)],
    ["statistics = moving", (layer) => (layer.statistics = "moving")],
    [
      "weights that do not train",
      (layer) => {
        for (const weight of layer.trainableWeights) weight.trainable = false;
      },
    ],
  ])("keeps to its moving averages in training with %s", (_, freeze) => {
    const layer = new BatchNorm({ epsilon: 1e-3 });
    const x = toTensor(inference.input.x);
    layer.apply(x);
    layer.setWeights(inference.input.weights.map(toTensor));
    freeze(layer);
    const { result, updates } = collectUpdates(() => layer.apply(x, { training: true }) as tf.Tensor);
    expectClose(result, inference.expected.outputs[0], "output");
    expect(updates.size).toBe(0);
  });

  it("trains gamma and beta with frozen statistics, with the gradients of inference", () => {
    const layer = new BatchNorm({ epsilon: 1e-3, statistics: "moving" });
    const { gradients, weightsAfter } = runLayer(layer, inference, { training: true });
    for (const expected of inference.expected.gradients) expectClose(gradients.get(expected.of), expected, expected.of);
    expectClose(weightsAfter[2], inference.input.weights[2], "moving_mean");
  });

  it("pushes the statistics of the batch itself with momentum 0", () => {
    const layer = new BatchNorm({ momentum: 0 });
    const x = tf.tensor4d([1, 10, 3, 30, 5, 50, 7, 70], [2, 2, 1, 2]);
    const { updates } = collectUpdates(() => layer.apply(x, { training: true }) as tf.Tensor);
    const [mean, variance] = [...updates.values()].map((value) => value.arraySync() as number[]);
    expect(mean?.[0]).toBeCloseTo(4, 5);
    expect(mean?.[1]).toBeCloseTo(40, 4);
    expect(variance?.[0]).toBeCloseTo(5, 4); // ((-3)² + (-1)² + 1² + 3²) / 4
    expect(variance?.[1]).toBeCloseTo(500, 2);
  });

  it("normalises vectors, and runs without gamma and beta", () => {
    const layer = new BatchNorm({ scale: false, center: false, epsilon: 0.75 });
    const y = layer.apply(tf.tensor2d([[1], [2]]), { training: true }) as tf.Tensor; // variance 1/4, plus 3/4
    expect(y.shape).toEqual([2, 1]);
    expect([...y.dataSync()].map((v) => v.toFixed(5))).toEqual(["-0.50000", "0.50000"]);
    expect(layer.trainableWeights).toEqual([]);
  });

  it("holds no tensors back", () => {
    const layer = new BatchNorm();
    const x = tf.ones([2, 3, 3, 4]);
    (layer.apply(x) as tf.Tensor).dispose();
    const before = tf.memory().numTensors;
    const variables = layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
    const { value, grads } = tf.variableGrads(
      () => (layer.apply(x, { training: true }) as tf.Tensor).square().sum(),
      variables,
    );
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("BatchNorm in a model", () => {
  beforeAll(() => loadEngine({ engine: "cpu" }));

  it("takes maps of any size, comes back from its config, and is found in nested models", async () => {
    const inner = tf.sequential({ layers: [new BatchNorm({ inputShape: [null, null, 2], name: "inner" })] });
    const input = tf.input({ shape: [null, null, 2] });
    const settings = { momentum: 0.5, epsilon: 0.25, statistics: "moving", initialGamma: 0.5, center: false } as const;
    const outer = new BatchNorm({ name: "outer", ...settings });
    const output = outer.apply(inner.apply(input)) as tf.SymbolicTensor;
    expect(output.shape).toEqual([null, null, null, 2]);
    const model = tf.model({ inputs: input, outputs: output });
    expect(batchNormsOf(model).map((layer) => layer.name)).toEqual(["inner", "outer"]);
    expect(outer.getWeights().map((weight) => weight.arraySync())).toEqual([
      [0.5, 0.5],
      [0, 0],
      [1, 1],
    ]);
    const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as object as never);
    expect(batchNormsOf(loaded)[1]?.getConfig()).toMatchObject({ name: "outer", ...settings });
  });

  it("moves its averages in tfjs's own model.fit", async () => {
    const model = tf.sequential({ layers: [new BatchNorm({ inputShape: [1], momentum: 0.5 })] });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
    await model.fit(tf.tensor2d([[2], [6]]), tf.tensor2d([[0], [1]]), { epochs: 1, batchSize: 2 });
    const [, , mean, variance] = model.getWeights().map((weight) => weight.dataSync<"float32">()[0]);
    expect(mean).toBeCloseTo(2, 5); // half of 0, half of 4
    expect(variance).toBeCloseTo(2.5, 5); // half of 1, half of 4
  });
});
