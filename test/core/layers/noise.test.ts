import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Dropout } from "../../../src/core/layers/dropout.ts";
import { GaussianDropout, GaussianNoise } from "../../../src/core/layers/gaussianNoise.ts";
import type { NoiseLayer } from "../../../src/core/layers/noise.ts";
import { SpatialDropout1D, SpatialDropout2D } from "../../../src/core/layers/spatialDropout.ts";
import { StochasticDepth } from "../../../src/core/layers/stochasticDepth.ts";
import { seeded } from "../../../src/core/randomness.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import { trainStep } from "../../../src/training/steps.ts";
import { engines, on } from "../../detection/support.ts";

const RATE = 0.3;
/** Each layer, and the number of axes that it takes, at their front those whose values fall apart. */
const layers: { name: string; make: (name: string) => NoiseLayer; shape: number[]; apart: number[] }[] = [
  { name: "Dropout", make: (name) => new Dropout({ name, rate: RATE }), shape: [40, 5, 20], apart: [40, 5, 20] },
  { name: "Dropout of a shape", make: (name) => new Dropout({ name, rate: RATE, noiseShape: [null, 1, null] }), shape: [40, 5, 20], apart: [40, 1, 20] }, // prettier-ignore
  { name: "SpatialDropout1D", make: (name) => new SpatialDropout1D({ name, rate: RATE }), shape: [40, 5, 20], apart: [40, 1, 20] }, // prettier-ignore
  { name: "SpatialDropout2D", make: (name) => new SpatialDropout2D({ name, rate: RATE }), shape: [40, 3, 2, 20], apart: [40, 1, 1, 20] }, // prettier-ignore
  { name: "StochasticDepth", make: (name) => new StochasticDepth({ name, rate: RATE }), shape: [800, 3, 2], apart: [800, 1, 1] }, // prettier-ignore
  { name: "GaussianNoise", make: (name) => new GaussianNoise({ name, stddev: 0.5 }), shape: [40, 5, 20], apart: [] },
  { name: "GaussianDropout", make: (name) => new GaussianDropout({ name, rate: RATE }), shape: [40, 5, 20], apart: [] },
];
const dropping = layers.filter(({ apart }) => apart.length > 0);
const int = (value: number): tf.Scalar => tf.scalar(value, "int32");
const training = (layer: tf.layers.Layer, x: tf.Tensor, seed: number): tf.Tensor =>
  seeded(int(seed), () => layer.apply(x, { training: true }) as tf.Tensor);
const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(engines)("layers of noise on %s", (engine) => {
  it.each(layers)("$name lets its input pass when not training", ({ make, shape }) =>
    on(engine, () => {
      const x = tf.randomNormal(shape);
      expect(numbers(make("a").apply(x) as tf.Tensor)).toEqual(numbers(x));
    }),
  );

  it.each(dropping)("$name drops its share together, scales the rest, and drops the gradient alike", ({ make, shape, apart }) =>
    on(engine, () => {
      const x = tf.fill(shape, 7);
      const layer = make("a");
      const { value, grad } = tf.valueAndGrad((t) => training(layer, t, 5).sum())(x);
      const y = training(layer, x, 5);
      expect(value.dataSync()[0]).toBeCloseTo(y.sum().dataSync()[0] ?? NaN, 0);
      expect(tf.losses.absoluteDifference(grad.mul(7), y).dataSync()[0]).toBeLessThan(1e-5);
      const values = new Set(numbers(y).map((v) => v.toFixed(4)));
      expect([...values].sort()).toEqual(["0.0000", (7 / (1 - RATE)).toFixed(4)].sort());
      const together = tf.broadcastTo(y.slice(shape.map(() => 0), apart), shape); // prettier-ignore
      expect(numbers(y)).toEqual(numbers(together));
      const share = numbers(y.slice(shape.map(() => 0), apart)).filter((v) => v === 0).length / tf.util.sizeFromShape(apart); // prettier-ignore
      expect(Math.abs(share - RATE)).toBeLessThan(4.5 * Math.sqrt((RATE * (1 - RATE)) / tf.util.sizeFromShape(apart)));
    }),
  ); // prettier-ignore

  it("GaussianNoise and GaussianDropout have the deviations that Keras gives them", () =>
    on(engine, () => {
      const x = tf.fill([20_000], 3);
      for (const [layer, deviation] of [
        [new GaussianNoise({ stddev: 0.5 }), 0.5],
        [new GaussianDropout({ rate: RATE }), 3 * Math.sqrt(RATE / (1 - RATE))],
      ] as const) {
        const { mean, variance } = tf.moments(training(layer, x, 1));
        expect(mean.dataSync()[0]).toBeCloseTo(3, 1);
        expect(Math.sqrt(variance.dataSync()[0] ?? NaN) / deviation).toBeCloseTo(1, 1);
      }
    }));

  it.each(layers)("$name draws by seed, name or number of its own, and call", ({ make, shape }) =>
    on(engine, () => {
      const x = tf.ones(shape);
      const of = (name: string, seed: number): string => numbers(training(make(name), x, seed)).join();
      expect(of("a", 1)).toBe(of("a", 1));
      expect(new Set([of("a", 1), of("a", 2), of("b", 1)]).size).toBe(3);
      const layer = make("a");
      const both = seeded(int(1), () => [0, 1].map(() => numbers(layer.apply(x, { training: true }) as tf.Tensor)));
      expect(both[0]?.join()).toBe(of("a", 1));
      expect(both[1]?.join()).not.toBe(of("a", 1));
    }),
  );

  it("a number of its own stands for the name", () =>
    on(engine, () => {
      const of = (name: string, seed?: number | null) => numbers(training(new Dropout({ name, rate: 0.5, seed }), tf.ones([50]), 3)); // prettier-ignore
      expect(of("a", 4)).toEqual(of("b", 4));
      expect(of("a", 4)).not.toEqual(of("a", 5));
      expect(of("a", null)).toEqual(of("a"));
    }));
});

describe("layers of noise", () => {
  it.each(layers)("$name comes back from a model's JSON", async ({ make, shape }) => {
    const layer = make("noise");
    const input = tf.input({ shape: shape.slice(1) });
    const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
    const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
    expect(loaded.layers[1]).toBeInstanceOf(layer.constructor);
    expect(loaded.layers[1]?.getConfig()).toEqual(layer.getConfig());
  });

  it("refuse what makes no sense, in one line", () => {
    expect(() => new Dropout({ name: "d", rate: 1 })).toThrow("d: rate is 1; give 0 to below 1");
    expect(() => new GaussianDropout({ name: "d", rate: -0.1 })).toThrow("d: rate is -0.1; give 0 to below 1");
    expect(() => new GaussianNoise({ name: "d", stddev: NaN })).toThrow("d: stddev is NaN; give 0 or more");
    const flat = tf.ones([2, 3]);
    expect(() => training(new SpatialDropout2D({ name: "d", rate: 0.5 }), flat, 1)).toThrow(
      "d: takes 4 axes, and the input has shape [2, 3]",
    );
    flat.dispose();
  });

  it.runIf(engines.includes("tensorflow"))("a compiled training step draws from its seed, as op by op", async () => {
    await tf.setBackend("tensorflow");
    const network = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, inputShape: [4], name: "hidden" }),
        new Dropout({ name: "drop", rate: 0.5 }),
        new GaussianNoise({ name: "noise", stddev: 0.1 }),
        tf.layers.dense({ units: 1, name: "out" }),
      ],
    });
    const weights = network.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
    const start = weights.map((weight) => weight.clone());
    const optimizer = sgd({ momentum: 0.9 }).for(weights);
    const losses = ({ x }: tf.NamedTensorMap) => ({
      square: (network.apply(x as tf.Tensor, { training: true }) as tf.Tensor).square().mean<tf.Scalar>(),
    });
    const phase = { name: "all", from: 0, statistics: "batch" } as const;
    const options = { phase, weights, optimizer, clipNorm: 5 };
    const step: Step = trainStep({ losses }, { x: { shape: [8, 4], dtype: "float32" } }, options);
    const variables = [...weights, ...optimizer.slots.map(({ variable }) => variable)];
    const trained = async (mode: "auto" | "eager", seed: number): Promise<number[]> => {
      weights.forEach((weight, i) => {
        weight.assign(start[i] as tf.Tensor);
      });
      for (const { variable } of optimizer.slots) variable.assign(tf.zerosLike(variable));
      const program = await compileProgram({ step }, { variables, mode });
      for (let i = 0; i < 3; i++) {
        const inputs = {
          x: tf.ones([8, 4]),
          learningRate: tf.scalar(0.1),
          step: tf.scalar(i + 1),
          seed: int(seed + i),
        };
        tf.dispose([inputs, program.run("step", inputs)]);
      }
      program.pull();
      program.dispose();
      return weights.flatMap(numbers);
    };
    const compiled = await trained("auto", 1);
    expect(compiled).toEqual(await trained("auto", 1));
    expect(compiled).not.toEqual(await trained("auto", 2));
    for (const [i, value] of (await trained("eager", 1)).entries()) expect(value).toBeCloseTo(compiled[i] ?? NaN, 5);
  });
});
