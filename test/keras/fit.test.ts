import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { namedWeights, setWeights } from "../../src/core/namedWeights.ts";
import { type EngineChoice, loadEngine } from "../../src/engine/load.ts";
import { compile, functional, layers, sequential } from "../../src/keras/index.ts";
import { categoricalCrossentropy } from "../../src/training/losses/index.ts";
import { rmsProp } from "../../src/training/optimizers/rmsProp.ts";
import { sgd } from "../../src/training/optimizers/sgd.ts";
import reference from "../fixtures/keras-fit.json" with { type: "json" };

type Nested = number | Nested[];

/** Gives a model the weights of the reference, whose names are the same. */
function begin(model: tf.LayersModel, first: Readonly<Record<string, Nested>>): void {
  const values = Object.entries(first).map(([name, value]) => {
    const tensor = tf.tensor(value);
    const entry = [name, { shape: [...tensor.shape], values: tensor.dataSync<"float32">() }] as const;
    tensor.dispose();
    return entry;
  });
  setWeights(model, new Map(values), "the reference");
}

function flat(nested: Nested): number[] {
  return Array.isArray(nested) ? nested.flatMap(flat) : [nested];
}

/** The largest difference between two sets of named numbers. */
function gap(found: Readonly<Record<string, Nested>>, wanted: Readonly<Record<string, Nested>>): number {
  expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(wanted)));
  const gaps = Object.entries(wanted).map(([name, value]) => {
    const [a, b] = [flat(found[name] ?? NaN), flat(value)];
    expect(a).toHaveLength(b.length);
    return Math.max(...a.map((number, i) => Math.abs(number - (b[i] ?? NaN))));
  });
  return Math.max(...gaps);
}

function weightsIn(model: tf.LayersModel): Record<string, Nested> {
  return Object.fromEntries([...namedWeights(model)].map(([name, v]) => [name, v.arraySync() as Nested]));
}

describe.each<EngineChoice>(["native", "cpu"])("fit, evaluate and predict on the engine %s", (engine) => {
  beforeAll(async () => {
    await loadEngine({ engine });
  });

  it("come to Keras's numbers: batch normalisation, penalties, class weights, a last batch that is smaller", async () => {
    const own = reference.vectors;
    const model = sequential([
      layers.dense({
        ...{ inputShape: [6], units: 8, activation: "relu", name: "hidden" },
        kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }),
      }),
      layers.batchNormalization({ momentum: 0.9, name: "norm" }),
      layers.dense({ units: 3, activation: "softmax", name: "classes" }),
    ]);
    begin(model, own.first);
    const options = {
      optimizer: "adam",
      loss: "sparse_categorical_crossentropy",
      metrics: ["accuracy"],
      engine,
    } as const;
    const compiled = await compile(model, options);
    const { history } = await compiled.fit(own.x, own.y, {
      ...{ batchSize: 16, epochs: 3, shuffle: false },
      ...{ validationData: [own.valX, own.valY], classWeight: own.classWeight },
    });
    expect(gap(history, own.history)).toBeLessThan(2e-5);
    expect(gap(await compiled.evaluate(own.valX, own.valY, { batchSize: 8 }), own.evaluate)).toBeLessThan(2e-5);
    const predicted = (await compiled.predict(own.valX, { batchSize: 8 })) as tf.Tensor;
    expect(gap({ all: predicted.arraySync() }, { all: own.predict })).toBeLessThan(2e-5);
    expect(gap(weightsIn(model), own.weights)).toBeLessThan(2e-5);
    predicted.dispose();
    compiled.dispose();
    model.dispose();
  });

  it("come to Keras's numbers with two inputs and two outputs, and a validation split", async () => {
    const own = reference.twoOutputs;
    const a = tf.input({ shape: [4], name: "a" });
    const b = tf.input({ shape: [3], name: "b" });
    const inner = layers.dense({ units: 2, activation: "tanh", name: "inner" }).apply(b) as tf.SymbolicTensor;
    const joined = layers.concatenate({ name: "joined" }).apply([a, inner]);
    const size = layers.dense({ units: 1, name: "size" }).apply(joined) as tf.SymbolicTensor;
    const kind = layers.dense({ units: 1, activation: "sigmoid", name: "kind" }).apply(joined) as tf.SymbolicTensor;
    const model = functional([a, b], [size, kind]);
    begin(model, own.first);
    const compiled = await compile(model, {
      optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }),
      loss: { size: "mse", kind: "binary_crossentropy" },
      lossWeights: { size: 0.5, kind: 2 },
      metrics: { size: ["mae"], kind: ["accuracy"] },
      engine,
    });
    const { history } = await compiled.fit(own.x, own.y, {
      ...{ batchSize: 8, epochs: 3, shuffle: false, validationSplit: 0.2 },
    });
    expect(gap(history, own.history)).toBeLessThan(2e-5);
    const predicted = (await compiled.predict(own.x)) as tf.Tensor[];
    const named: Record<string, Nested> = {};
    for (const [i, tensor] of predicted.entries()) named[model.outputNames[i] ?? ""] = tensor.arraySync();
    expect(gap(named, own.predict)).toBeLessThan(2e-5);
    expect(gap(weightsIn(model), own.weights)).toBeLessThan(2e-5);
    tf.dispose(predicted);
    compiled.dispose();
    model.dispose();
  });

  it("come to Keras's numbers with images, label smoothing and weights of samples", async () => {
    const own = reference.images;
    const model = sequential([
      layers.rescaling({ inputShape: [6, 6, 1], scale: 1 / 128, offset: -1, name: "rescaled" }),
      layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", useBias: false, name: "conv" }),
      layers.batchNormalization({ name: "norm" }),
      layers.reLU({ name: "relu" }),
      layers.maxPooling2d({ poolSize: 2, name: "pool" }),
      layers.flatten({ name: "flat" }),
      layers.dense({ units: 2, activation: "softmax", name: "classes" }),
    ]);
    begin(model, own.first);
    const compiled = await compile(model, {
      optimizer: rmsProp({ learningRate: 0.01 }),
      loss: categoricalCrossentropy({ labelSmoothing: 0.1 }),
      metrics: ["accuracy"],
      engine,
    });
    const { history } = await compiled.fit(own.x, own.y, {
      ...{ batchSize: 8, epochs: 2, shuffle: false, sampleWeight: own.sampleWeight },
    });
    expect(gap(history, own.history)).toBeLessThan(2e-4); // RMSprop divides by small roots
    const { loss } = await compiled.trainOnBatch(own.x.slice(0, 5), own.y.slice(0, 5));
    expect(Math.abs((loss ?? NaN) - own.onBatch.loss)).toBeLessThan(2e-4);
    compiled.pull();
    expect(gap(weightsIn(model), own.weights)).toBeLessThan(1e-3);
    compiled.dispose();
    model.dispose();
  });
});
