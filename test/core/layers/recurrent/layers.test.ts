import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import {
  Bidirectional,
  type BidirectionalMerge,
  ConvLstm2D,
  disposeWeights,
  Gru,
  Lstm,
  namedWeights,
  SimpleRnn,
  weightsOf,
} from "../../../../src/core/index.ts";
import { variableOf } from "../../../../src/core/namedWeights.ts";
import { compileProgram } from "../../../../src/engine/graph/program.ts";
import type { Step } from "../../../../src/engine/graph/step.ts";
import { gradients } from "../../../../src/training/gradients.ts";
import { adam } from "../../../../src/training/index.ts";
import { engines, largestDifference } from "../../../detection/support.ts";

const native = engines.includes("tensorflow");
const random = new Random("recurrent layers");
const drawn = (shape: number[]): tf.Tensor =>
  tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()), shape); // prettier-ignore

describe("recurrent layers on the cpu engine", () => {
  beforeAll(() => tf.setBackend("cpu"));
  beforeEach(() => {
    tf.engine().startScope();
  });
  afterEach(() => {
    tf.engine().endScope();
  });

  const kinds = {
    lstm: (masked: boolean) => new Lstm({ units: 2, returnSequences: true, returnState: true, masked, seed: 1 }),
    gru: (masked: boolean) => new Gru({ units: 2, returnSequences: true, returnState: true, masked, seed: 2 }),
    "gru, reset before": (masked: boolean) => new Gru({ units: 2, resetAfter: false, returnSequences: true, masked, seed: 2 }),
    simpleRnn: (masked: boolean) => new SimpleRnn({ units: 2, activation: "softsign", returnSequences: true, masked, seed: 3 }),
    both: (masked: boolean) =>
      new Bidirectional({ layer: new Lstm({ units: 2, returnSequences: true, returnState: true, masked, seed: 4 }) }),
  }; // prettier-ignore

  /** Outputs where steps count, states, and the gradients of the weights and of what counts of x. */
  function measure(layer: tf.layers.Layer, x: tf.Tensor, mask: tf.Tensor | undefined, counted: [number, number][]) {
    const weights = layer.trainableWeights.map(variableOf);
    const pick = (y: tf.Tensor): number[] => {
      const rows = y.arraySync() as number[][][];
      return counted.flatMap(([b, t]) => rows[b]?.[t] ?? []);
    };
    const run = (from: tf.Tensor) => [layer.apply(mask ? [from, mask] : from) as tf.Tensor].flat();
    const [y, ...states] = run(x) as [tf.Tensor, ...tf.Tensor[]];
    const factors = mask ? mask.expandDims(-1) : tf.ones([1]);
    const loss = (from: tf.Tensor): tf.Scalar => tf.sum(tf.square((run(from)[0] as tf.Tensor).add(0.3)).mul(factors));
    const ofX = tf.grad(loss)(x);
    const { grads } = tf.variableGrads(() => loss(x), weights);
    const ofWeights = weights.flatMap((weight) => [...(grads[weight.name] as tf.Tensor).dataSync()]);
    return [...pick(y), ...states.flatMap((state) => [...state.dataSync()]), ...pick(ofX), ...ofWeights];
  }

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])("%s: padding, wherever it lies and whatever it holds, changes nothing", (kind) => {
    const [plain, masked] = [kinds[kind](false), kinds[kind](true)];
    plain.build([2, 3, 3]);
    masked.build([2, 3, 3]);
    const x = drawn([2, 3, 3]);
    const rows = x.arraySync() as number[][][];
    const own = measure(plain, x, undefined, [0, 1].flatMap((b) => [0, 1, 2].map((t): [number, number] => [b, t])));
    expect(own.every(Number.isFinite)).toBe(true);
    // Where each of the three steps goes among seven, for either sequence.
    const places = fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(places, places, fc.constantFrom(0, 1e30, -7, NaN), (first, second, filler) => {
        tf.tidy(() => {
          const wide = [first, second].map((at, b) =>
            [0, 1, 2, 3, 4, 5, 6].map((t) => rows[b]?.[at.indexOf(t)] ?? [filler, filler, filler]),
          );
          const mask = tf.tensor2d([first, second].map((at) => [0, 1, 2, 3, 4, 5, 6].map((t) => Number(at.includes(t)))));
          const counted = [first, second].flatMap((at, b) => at.map((t): [number, number] => [b, t]));
          const found = measure(masked, tf.tensor3d(wide), mask, counted);
          expect(largestDifference(found, own)).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 12, seed: 1 },
    );
  }); // prettier-ignore

  it("come back from JSON with their settings, weights and numbers", async () => {
    const x = tf.input({ shape: [5, 3], name: "x" });
    const mask = tf.input({ shape: [5], name: "mask" });
    const first = new Bidirectional({
      layer: new Gru({ units: 3, resetAfter: false, recurrentActivation: "hard_sigmoid", returnSequences: true, masked: true, seed: 5, recurrentDropout: 0.1, dropout: 0.2 }),
      merge: "mean",
      name: "both",
    }).apply([x, mask]) as tf.SymbolicTensor; // prettier-ignore
    const [y, h, c] = new Lstm({ units: 2, activation: "softsign", unitForgetBias: false, returnState: true, masked: true, name: "reader" })
      .apply([first, mask]) as [tf.SymbolicTensor, tf.SymbolicTensor, tf.SymbolicTensor]; // prettier-ignore
    const z = new SimpleRnn({ units: 2, goBackwards: true, useBias: false, name: "last" }).apply(
      first,
    ) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [x, mask], outputs: [y, h, c, z] });
    expect(model.outputs.map(({ shape }) => shape)).toEqual([[null, 2], [null, 2], [null, 2], [null, 2]]); // prettier-ignore
    expect([...namedWeights(model).keys()].slice(0, 7)).toEqual(
      ["both/forward_kernel", "both/forward_recurrent_kernel", "both/forward_bias", "both/backward_kernel", "both/backward_recurrent_kernel", "both/backward_bias", "reader/kernel"], // prettier-ignore
    );
    const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
    loaded.setWeights(model.getWeights());
    expect(loaded.layers.map((layer) => layer.getConfig())).toEqual(model.layers.map((layer) => layer.getConfig()));
    const given = [drawn([2, 5, 3]), tf.tensor2d([[1, 1, 0, 0, 1], [0, 1, 1, 1, 0]])]; // prettier-ignore
    const [own, again] = [model, loaded].map((one) => one.predict(given) as tf.Tensor[]);
    for (const [k, output] of (own ?? []).entries()) {
      expect(largestDifference(output.dataSync(), again?.[k]?.dataSync() ?? [])).toBe(0);
    }
    disposeWeights(model);
    disposeWeights(loaded);
  });

  it("go on with the states of the batch before if they are stateful, until those are reset", () => {
    const whole = new Lstm({ units: 2, returnSequences: true, seed: 7 });
    const parts = new Lstm({ units: 2, returnSequences: true, stateful: true, seed: 7 });
    const x = drawn([2, 6, 3]);
    const expected = (whole.apply(x) as tf.Tensor).slice([0, 3, 0]).dataSync();
    const last = (): ArrayLike<number> => {
      (parts.apply(x.slice([0, 0, 0], [-1, 3, -1])) as tf.Tensor).dispose();
      return (parts.apply(x.slice([0, 3, 0])) as tf.Tensor).dataSync();
    };
    expect(largestDifference(last(), expected)).toBeLessThan(1e-6);
    expect(largestDifference(last(), expected)).toBeGreaterThan(1e-2);
    parts.resetStates();
    expect(largestDifference(last(), expected)).toBeLessThan(1e-6);
    tf.dispose([whole, parts].flatMap((layer) => layer.weights.map((weight) => weight.read())));
  });

  it("drop inputs and states in training alone, the same at all steps", () => {
    const layer = new SimpleRnn({ units: 40, activation: "linear", useBias: false, returnSequences: true, recurrentDropout: 0.5, dropout: 0.25, seed: 1 }); // prettier-ignore
    layer.build([1, 3, 40]);
    layer.setWeights([tf.eye(40), tf.eye(40)]);
    const x = tf.ones([1, 3, 40]);
    const calm = (layer.apply(x) as tf.Tensor).arraySync() as number[][][];
    expect(new Set(calm[0]?.flat())).toEqual(new Set([1, 2, 3]));
    const rows = (layer.apply(x, { training: true }) as tf.Tensor).arraySync() as number[][][];
    const kinds = new Set(
      (rows[0]?.[2] ?? []).map((_, k) => (rows[0] ?? []).map((row) => row[k]?.toFixed(3)).join(" ")),
    );
    // Inputs are 0 or 4/3 at all steps; states count double or not at all.
    expect(kinds).toEqual(new Set(["0.000 0.000 0.000", "1.333 1.333 1.333", "1.333 4.000 9.333"]));
    tf.dispose(layer.weights.map((weight) => weight.read()));
  });

  it.each<[() => unknown, string]>([
    [() => new Lstm({ units: 0, name: "l" }), "Lstm l: units is 0; give a whole number of 1 or more"],
    [() => new Lstm({ units: 1, dropout: 1, name: "l" }), "Lstm l: dropout: rate is 1; give 0 to below 1"],
    [() => new Gru({ units: 1, activation: "softmax", name: "g" }), "Gru g: softmax takes a whole row; give an activation that takes single numbers"],
    [() => new Lstm({ units: 1, name: "l" }).apply(tf.zeros([2, 3])), "Lstm l: takes [batch, time, features], got [2, 3]"],
    [() => new ConvLstm2D({ filters: 1, kernelSize: 3, name: "c" }).apply(tf.zeros([1, 2, 3])), "ConvLstm2D c: takes [batch, time, height, width, channels], got [1, 2, 3]"],
    [() => new ConvLstm2D({ filters: 1, kernelSize: 0, name: "c" }), "ConvLstm2D c: kernelSize is 0; give one or two whole numbers of 1 or more"],
    [() => new Lstm({ units: 1, masked: true, name: "l" }).apply(tf.zeros([1, 2, 3])), "Lstm l: takes [x, mask], got x alone"],
    [() => new Lstm({ units: 1, masked: true, name: "l" }).apply([tf.zeros([1, 2, 3]), tf.zeros([1, 3])]), "Lstm l: the mask is [1, 3], and x [1, 2, 3]; give one number for each step"],
    [() => new Lstm({ units: 1, name: "l" }).apply([tf.zeros([1, 2, 3]), tf.zeros([1, 1])]), "Lstm l: has 2 states, got 1 to start from"],
    [() => new Lstm({ units: 1, stateful: true, name: "l", inputShape: [2, 3] }).apply(tf.input({ shape: [2, 3] })), "Lstm l: stateful, and the number of examples is not known; give batchInputShape"],
    [() => new Bidirectional({ layer: new Lstm({ units: 1 }), merge: "ave" as BidirectionalMerge, name: "b" }), 'Bidirectional'],
  ])("are refused in one line where they make no sense: %#", (make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore

  it("leave no tensors behind", () => {
    const layer = new Bidirectional({ layer: new Lstm({ units: 2, returnState: true, masked: true, seed: 1 }) });
    layer.build([2, 4, 3]);
    const weights = layer.trainableWeights.map(variableOf);
    const given = [drawn([2, 4, 3]), tf.ones([2, 4])];
    const built = tf.memory().numTensors;
    const first = (): tf.Scalar => ((layer.apply(given, { training: true }) as tf.Tensor[])[0] as tf.Tensor).sum();
    const { value, grads } = tf.variableGrads(first, weights);
    tf.dispose([value, grads, layer.apply(given) as tf.Tensor[]]);
    expect(tf.memory().numTensors).toBe(built);
    tf.dispose(weights);
  });
});

describe.runIf(native)("a recorded step of recurrent layers", () => {
  beforeAll(() => tf.setBackend("tensorflow"));

  /** Losses of five updates on windows of one series after another, with dropout, a mask and states that go on. */
  async function train(mode: "auto" | "eager"): Promise<number[]> {
    const x = tf.input({ batchShape: [2, 4, 3], name: "x" });
    const mask = tf.input({ batchShape: [2, 4], name: "mask" });
    const settings = { returnSequences: true, stateful: true, masked: true };
    const first = new Lstm({ ...settings, units: 4, seed: 1, dropout: 0.2, recurrentDropout: 0.2 }).apply([x, mask]);
    const second = new Gru({ ...settings, units: 3, seed: 2 }).apply([first as tf.SymbolicTensor, mask]);
    const third = new Bidirectional({ layer: new Gru({ units: 2, resetAfter: false, masked: true, seed: 3 }) });
    const model = tf.model({ inputs: [x, mask], outputs: third.apply([second as tf.SymbolicTensor, mask]) as tf.SymbolicTensor }); // prettier-ignore
    const weights = weightsOf(model, true);
    const optimizer = adam({ learningRate: 0.05 }).for(weights);
    const step: Step = {
      inputs: {
        ...{ x: { shape: [2, 4, 3], dtype: "float32" }, mask: { shape: [2, 4], dtype: "float32" } },
        ...{ seed: { shape: [], dtype: "int32" }, step: { shape: [], dtype: "float32" } },
      },
      run: ({ x, mask, seed, step }) => {
        const forward = () => ({ loss: (model.apply([x as tf.Tensor, mask as tf.Tensor], { training: true }) as tf.Tensor).sub(0.5).square().mean() }); // prettier-ignore
        const { outputs, gradients: found, updates } = gradients(forward, weights, { seed: seed as tf.Scalar });
        const moved = optimizer.update(found, tf.scalar(0.05), step as tf.Scalar);
        return { outputs, updates: new Map([...updates, ...moved]) };
      },
    };
    const variables = [...weightsOf(model, false), ...optimizer.slots.map(({ variable }) => variable)];
    const program = await compileProgram({ step }, { variables, mode });
    const numbers = new Random(3);
    const losses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const values = Array.from({ length: 24 }, () => numbers.normal());
      const fed = {
        x: tf.tensor(values, [2, 4, 3]),
        mask: tf.tensor2d([[1, 1, 1, 1], [i % 2, 1, 0, 1]]),
        seed: tf.scalar(i, "int32"),
        step: tf.scalar(i + 1),
      }; // prettier-ignore
      const found = program.run("step", fed);
      losses.push(found.loss?.dataSync<"float32">()[0] ?? NaN);
      tf.dispose([fed, found]);
    }
    program.pull();
    losses.push(...variables.map((variable) => variable.abs().sum().dataSync<"float32">()[0] ?? NaN));
    program.dispose();
    tf.dispose(variables);
    return losses;
  }

  it("equals the same step op by op over five updates, and learns", async () => {
    const [recorded, eager] = [await train("auto"), await train("eager")];
    expect(largestDifference(recorded, eager)).toBeLessThan(1e-4);
    expect(recorded.every(Number.isFinite)).toBe(true);
    expect(recorded[4]).toBeLessThan(recorded[0] ?? 0);
  });
});
