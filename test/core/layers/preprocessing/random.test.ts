import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { RandomBrightness } from "../../../../src/core/layers/preprocessing/randomBrightness.ts";
import { RandomContrast } from "../../../../src/core/layers/preprocessing/randomContrast.ts";
import { RandomCrop } from "../../../../src/core/layers/preprocessing/randomCrop.ts";
import { RandomFlip } from "../../../../src/core/layers/preprocessing/randomFlip.ts";
import { RandomRotation } from "../../../../src/core/layers/preprocessing/randomRotation.ts";
import { RandomShear } from "../../../../src/core/layers/preprocessing/randomShear.ts";
import { RandomTranslation } from "../../../../src/core/layers/preprocessing/randomTranslation.ts";
import { RandomZoom } from "../../../../src/core/layers/preprocessing/randomZoom.ts";
import { seeded } from "../../../../src/core/randomness.ts";
import { compileProgram } from "../../../../src/engine/graph/program.ts";
import type { NamedTensors } from "../../../../src/engine/graph/step.ts";
import { engines, largestDifference } from "../../../detection/support.ts";

const makers = [
  () => new RandomFlip({ name: "flip" }),
  () => new RandomRotation({ factor: 0.2, name: "turn" }),
  () => new RandomZoom({ heightFactor: 0.4, widthFactor: [-0.3, 0.1], name: "zoom" }),
  () => new RandomTranslation({ heightFactor: 0.4, widthFactor: 0.2, fillMode: "wrap", name: "move" }),
  () => new RandomShear({ xFactor: 0.5, yFactor: [0.1, 0.3], name: "lean" }),
  () => new RandomContrast({ factor: [0.3, 0.9], valueRange: [-1000, 1000], name: "contrast" }),
  () => new RandomBrightness({ factor: 0.1, valueRange: [-1000, 1000], name: "light" }),
  () => new RandomCrop({ height: 3, width: 4, name: "crop" }),
];
const SHAPE: [number, number, number, number] = [8, 5, 7, 2];

/** Pixels of different values from 60 to 200, so that nothing is clipped. */
const images = (): tf.Tensor4D => tf.range(0, 560).mul(97).mod(560).div(4).add(60).reshape(SHAPE); // prettier-ignore
const seed = (value: number): tf.Scalar => tf.scalar(value, "int32");
const numbers = (x: tf.Tensor | tf.Tensor[] | undefined): ArrayLike<number> => (x as tf.Tensor).dataSync();
const apply = (layer: tf.layers.Layer, x: tf.Tensor, training: boolean): tf.Tensor =>
  layer.apply(x, { training }) as tf.Tensor;

describe.each(engines)("random layers on %s", (engine) => {
  beforeAll(() => tf.setBackend(engine));

  it("slants to one side or the other by Keras's numbers", () => {
    const x = tf.range(0, 24).reshape([1, 4, 6, 1]);
    const layer = new RandomShear({ xFactor: [0.4, 0.4], yFactor: [0.2, 0.2], fillMode: "constant" });
    const slanted = Array.from({ length: 12 }, (_, i) =>
      seeded(seed(i), () => Array.from(numbers(apply(layer, x, true)), (value) => Number(value.toFixed(2)))),
    );
    // of keras.layers.RandomShear([0.4, 0.4], [0.2, 0.2], fill_mode="constant"), 3.15
    const left = [0, 2.2, 4.4, 6.6, 8.8, 11, 6.4, 8.6, 10.8, 13, 15.2, 10.2, 12.8, 15, 17.2, 19.4, 21.6, 4.6, 19.2, 16.16, 12.72, 8.88, 3.68, 0]; // prettier-ignore
    const right = [0, 0.8, 1.2, 1.2, 0.8, 0, 3.6, 5.4, 5.2, 5, 4.8, 4.6, 2.4, 11, 10.8, 10.6, 10.4, 10.2, 0, 13.44, 16.4, 16.2, 16, 15.8]; // prettier-ignore
    expect(slanted).toContainEqual(left);
    expect(slanted).toContainEqual(right);
    expect(new Set(slanted.map(String)).size).toBe(2);
  });

  it("vary images by the seed that a compiled step is fed, each image by itself, as op by op", async () => {
    const layers = makers.map((make) => make());
    const step = {
      inputs: { x: { shape: SHAPE, dtype: "float32" as const }, seed: { shape: [], dtype: "int32" as const } },
      run({ x, seed }: NamedTensors) {
        const run = (): NamedTensors =>
          Object.fromEntries(layers.map((layer) => [layer.name, apply(layer, x as tf.Tensor, true)]));
        return { outputs: seeded(seed as tf.Scalar, run) };
      },
    };
    const x = images();
    const programs = [
      await compileProgram({ step }, { variables: [] }),
      await compileProgram({ step }, { variables: [], mode: "eager" }),
    ];
    const [compiled, eager] = programs.map((program) =>
      [3, 4, 3].map((value) => program.run("step", { x, seed: seed(value) })),
    );
    for (const { name } of layers) {
      const [one, other, again] = (compiled ?? []).map((outputs) => numbers(outputs[name]));
      expect(largestDifference(one ?? [], again ?? [])).toBe(0);
      expect(largestDifference(one ?? [], other ?? []), name).toBeGreaterThan(1);
      expect(largestDifference(one ?? [], numbers(eager?.[0]?.[name])), name).toBeLessThan(1e-3);
    }
    for (const program of programs) program.dispose();
    tf.dispose([x, ...(compiled ?? []), ...(eager ?? [])]);
  });

  it("leave images as they are in inference, and hold no tensors back", () => {
    const x = images();
    const before = tf.memory().numTensors;
    for (const make of makers) {
      const layer = make();
      const [y, varied] = [apply(layer, x, false), apply(layer, x, true)];
      if (!(layer instanceof RandomCrop)) expect(largestDifference(numbers(y), numbers(x))).toBe(0);
      expect(layer.computeOutputShape(SHAPE)).toEqual(varied.shape);
      expect(y.shape).toEqual(varied.shape);
      tf.dispose([y, varied]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it("have a gradient for the images: the slopes of all pixels that are read come back", () => {
    const x = images();
    for (const make of makers) {
      const layer = make();
      const run = (from: tf.Tensor): tf.Tensor => seeded(seed(5), () => apply(layer, from, true));
      const slope = tf.grad((from) => run(from).square().sum().mul(0.5))(x);
      // Along the images themselves the derivative is that of (1 + t)² times half the squares, where the layer is linear.
      const along = slope.mul(x).sum().dataSync<"float32">()[0] ?? 0;
      const step = 1e-2;
      const [more, less] = [1 + step, 1 - step].map((t) => run(x.mul(t)).square().sum().mul(0.5).dataSync<"float32">()[0] ?? 0); // prettier-ignore
      expect(((more ?? 0) - (less ?? 0)) / (2 * step) / along, layer.name).toBeCloseTo(1, 3);
    }
  });

  it("RandomCrop takes windows of the images, in place or from the middle", () => {
    const x = images();
    const from = x.arraySync();
    const crops = apply(new RandomCrop({ height: 3, width: 4 }), x, true).arraySync() as number[][][][];
    const places = crops.map((crop, n) => {
      for (let top = 0; top <= 2; top++) {
        for (let left = 0; left <= 3; left++) {
          const window = (from[n] ?? []).slice(top, top + 3).map((row) => row.slice(left, left + 4));
          if (largestDifference(window.flat(2), crop.flat(2)) === 0) return `${top} ${left}`;
        }
      }
      return "nowhere";
    });
    expect(places).not.toContain("nowhere");
    expect(new Set(places).size).toBeGreaterThan(2);
    const whole = apply(new RandomCrop({ height: 5, width: 5 }), x, false).arraySync() as number[][][][];
    expect(whole).toEqual(from.map((image) => image.map((row) => row.slice(1, 6))));
  });

  it("RandomFlip mirrors in the directions of its mode, each about half of the time", () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]).tile<tf.Tensor4D>([64, 1, 1, 1]); // prettier-ignore
    const seen = (mode: "horizontal" | "vertical" | "horizontal_and_vertical"): Map<string, number> => {
      const y = seeded(seed(11), () =>
        apply(new RandomFlip({ mode, name: "flip" }), x, true),
      ).arraySync() as number[][];
      const counts = new Map<string, number>();
      for (const image of y) counts.set(image.flat(2).join(""), (counts.get(image.flat(2).join("")) ?? 0) + 1);
      return counts;
    };
    expect([...seen("horizontal").keys()].sort()).toEqual(["1234", "2143"]);
    expect([...seen("vertical").keys()].sort()).toEqual(["1234", "3412"]);
    const both = seen("horizontal_and_vertical");
    expect([...both.keys()].sort()).toEqual(["1234", "2143", "3412", "4321"]);
    expect(Math.min(...both.values())).toBeGreaterThan(4);
  });

  it("RandomContrast moves pixels from the mean of their channel, RandomBrightness all alike, both within the range", () => {
    const x = tf.tensor4d([10, 100, 30, 140, 50, 180], [1, 1, 3, 2]); // means 30 and 140
    const contrast = numbers(apply(new RandomContrast({ factor: 0.5 }), x, true));
    const factor = ((contrast[4] ?? 0) - 30) / 20;
    expect(Math.abs(factor - 1)).toBeLessThanOrEqual(0.5);
    expect(largestDifference(contrast, [30 - 20 * factor, 140 - 40 * factor, 30, 140, 30 + 20 * factor, 140 + 40 * factor])).toBeLessThan(1e-3); // prettier-ignore
    const light = numbers(apply(new RandomBrightness({ factor: [0.5, 1], valueRange: [0, 100] }), x, true));
    expect(light[1]).toBe(100);
    expect((light[0] ?? 0) - 10).toBeGreaterThanOrEqual(50);
  });
});

describe("settings", () => {
  it.each([
    [() => new RandomRotation({ factor: 1.5, name: "r" }), "RandomRotation r: factor must be a number or two numbers from -1 to 1, got 1.5"],
    [() => new RandomZoom({ heightFactor: "a" as never, name: "r" }), 'RandomZoom r: heightFactor must be a number or two numbers from -0.999999 to 1, got "a"'],
    [() => new RandomTranslation({ heightFactor: [0.1] as never, widthFactor: 0, name: "r" }), "RandomTranslation r: heightFactor must be a number or two numbers from -1 to 1, got [0.1]"],
    [() => new RandomRotation({ factor: 0, fillMode: "mirror" as never, name: "r" }), 'RandomRotation r: fillMode must be one of reflect, wrap, constant, nearest, got "mirror"'],
    [() => new RandomFlip({ mode: "sideways" as never, name: "r" }), 'RandomFlip r: mode must be one of horizontal, vertical, horizontal_and_vertical, got "sideways"'],
    [() => new RandomContrast({ factor: -0.1, name: "r" }), "RandomContrast r: factor must be a number or two numbers from 0 to 1, got -0.1"],
    [() => new RandomBrightness({ factor: 0, valueRange: [1] as never, name: "r" }), "RandomBrightness r: valueRange must be two numbers, got [1]"],
    [() => new RandomCrop({ height: 0, width: 2, name: "r" }), "RandomCrop r: height must be a whole number of 1 or more, got 0"],
    [() => new RandomFlip({ name: "r" }).apply(tf.zeros([2, 3])), "RandomFlip r: takes images [n, h, w, c] or one image [h, w, c], got [2, 3]"],
  ])("that make no sense are refused in one line: %#", (make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore

  it("come back from a model as JSON", async () => {
    for (const make of makers) {
      const layer = make();
      const input = tf.input({ shape: SHAPE.slice(1) });
      const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
      const loaded = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as unknown as string) as never);
      expect(loaded.layers[1]?.getConfig()).toEqual(layer.getConfig());
    }
  });
});
