import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { LOSSES, lossNamed, lossValue, type Loss, type LossName } from "../../../src/training/losses/index.ts";
import { engines, on } from "../../detection/support.ts";

const names = Object.keys(LOSSES) as LossName[];
const [batch, classes] = [4, 4];
/** Probabilities, positive and ordered as corners are, so that every loss takes them. */
const PREDICTION = [0.1, 0.2, 0.3, 0.4, 0.05, 0.15, 0.3, 0.5, 0.1, 0.15, 0.25, 0.5, 0.2, 0.22, 0.28, 0.3];
const TARGET = [0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1];
const prediction = (): tf.Tensor => tf.tensor2d(PREDICTION, [batch, classes]);
const targetOf = (name: LossName): tf.Tensor =>
  name.startsWith("sparse") ? tf.tensor1d([3, 2, 2, 3], "int32") : tf.tensor2d(TARGET, [batch, classes]);
const pooled = new Set<LossName>(["dice", "tversky"]);
const numberOf = (x: tf.Tensor): number => x.dataSync()[0] ?? NaN;

/** What each loss is at its best, which is where prediction and target say the same. */
const perfect: Partial<Record<LossName, { prediction: number[]; target: number[]; value: number }>> = {
  hinge: { prediction: [-1, 1, -1, 1], target: [-1, 1, -1, 1], value: 0 },
  squared_hinge: { prediction: [-1, 1, -1, 1], target: [-1, 1, -1, 1], value: 0 },
  categorical_hinge: { prediction: [0, 0, 0, 1], target: [0, 0, 0, 1], value: 0 },
  cosine_similarity: { prediction: [1, 2, 3, 4], target: [2, 4, 6, 8], value: -1 },
  poisson: { prediction: [1, 1, 1, 1], target: [1, 1, 1, 1], value: 1 },
  kl_divergence: { prediction: [0.1, 0.2, 0.3, 0.4], target: [0.1, 0.2, 0.3, 0.4], value: 0 },
  sparse_categorical_crossentropy: { prediction: [0, 0, 1, 0], target: [2], value: 0 },
  iou: { prediction: [1, 2, 4, 8], target: [1, 2, 4, 8], value: 0 },
  giou: { prediction: [1, 2, 4, 8], target: [1, 2, 4, 8], value: 0 },
  diou: { prediction: [1, 2, 4, 8], target: [1, 2, 4, 8], value: 0 },
  ciou: { prediction: [1, 2, 4, 8], target: [1, 2, 4, 8], value: 0 },
};

describe.each(engines)("every loss on %s", (engine) => {
  it.each(names)("%s takes a target of int32 as one of float32", (name) =>
    on(engine, () => {
      const [loss, target, x] = [lossNamed(name), targetOf(name), prediction()];
      const [whole, float] = [target.toInt(), target.toFloat()].map((t) => numberOf(lossValue(loss, t, x)));
      expect(whole).toBe(float);
    }),
  );

  it.each(names)("%s has finite values and a gradient, scales with weights, and masks", (name) =>
    on(engine, () => {
      const [loss, target, x] = [lossNamed(name), targetOf(name), prediction()];
      const value = (options = {}, p = x): number => numberOf(lossValue(loss, target, p, options));
      const slope = (options = {}, p = x): number[] =>
        Array.from(
          tf
            .grad((at) => lossValue(loss, target, at, options))(p)
            .dataSync(),
        );
      expect(loss(target, x).shape).toEqual(pooled.has(name) ? [] : [batch]);
      expect(slope().every(Number.isFinite)).toBe(true);
      expect(slope().some((s) => s !== 0)).toBe(true);
      expect(value({ sampleWeights: tf.fill([batch], 3) }) / value()).toBeCloseTo(3, 5);
      expect(value({ classWeights: { 0: 2, 1: 2, 2: 2, 3: 2 } }) / value()).toBeCloseTo(2, 5);

      // What is masked may be anything; what is not counts alone.
      const mask = tf.tensor1d([1, 0, 1, 0], "bool");
      const spoilt = tf.where(mask.expandDims(1), x, NaN);
      const rows = tf.tensor1d([0, 2], "int32");
      const kept = numberOf(lossValue(loss, tf.gather(target, rows), tf.gather(x, rows)));
      expect(value({ mask }) / kept).toBeCloseTo(1, 5);
      expect(value({ mask }, spoilt) / kept).toBeCloseTo(1, 5);
      const masked = slope({ mask }, spoilt);
      expect(masked.every((s, i) => Number.isFinite(s) && (Math.floor(i / classes) % 2 === 0 || s === 0))).toBe(true);
      expect(value({ mask: tf.zeros([batch]) })).toBe(0);
      expect(slope({ mask: tf.zeros([batch, 1]) }).every((s) => s === 0)).toBe(true);
      for (const reduction of ["sum", "weighted mean"]) expect(value({ mask: tf.zeros([batch]), reduction })).toBe(0);
    }),
  );

  it.each(names)("%s is least where the prediction is right", (name) =>
    on(engine, () => {
      const best = perfect[name] ?? { prediction: [0, 0, 1, 0], target: [0, 0, 1, 0], value: 0 };
      const target = tf.tensor(best.target, best.target.length === 1 ? [1] : [1, 4]);
      const at = (values: number[]): number =>
        numberOf(lossValue(lossNamed(name), target, tf.tensor2d(values, [1, 4])));
      expect(at(best.prediction)).toBeCloseTo(best.value, 5);
      for (const [i, sign] of [0, 1, 2, 3].flatMap((k) => [[k, 1] as const, [k, -1] as const])) {
        const moved = best.prediction.map((v, k) => (k === i ? v + 0.25 * sign : v));
        const probabilities = perfect[name] === undefined || /kl|sparse/.test(name);
        if (probabilities && moved.some((v) => v < 0 || v > 1)) continue;
        const sum = name === "kl_divergence" ? moved.reduce((a, b) => a + b) : 1; // of distributions
        expect(at(moved.map((v) => v / sum))).toBeGreaterThanOrEqual(best.value - 1e-5);
      }
    }),
  );
});

describe("losses", () => {
  it("refuse what does not fit, in one line", () => {
    tf.tidy(() => {
      const thrown = (loss: Loss, target: number[], given: number[]) => () => loss(tf.zeros(target), tf.zeros(given));
      expect(thrown(LOSSES.categorical_crossentropy(), [9, 3], [9, 4])).toThrow(
        "categoricalCrossentropy: prediction has shape [9, 4] and target [9, 3]; they must be alike",
      );
      expect(thrown(LOSSES.mse(), [9, 1], [9, 4])).toThrow("meanSquaredError: prediction has shape [9, 4] and target [9, 1]"); // prettier-ignore
      expect(thrown(LOSSES.sparse_categorical_crossentropy(), [8], [9, 4])).toThrow(
        "a target of indices has shape [9]",
      );
      expect(thrown(LOSSES.giou(), [9, 3], [9, 3])).toThrow("boxes are x1, y1, x2, y2");
      expect(thrown(LOSSES.cosine_similarity({ axis: 2 }), [9, 3], [9, 3])).toThrow(
        "axis is 2, and the prediction has",
      );
      const [t, p] = [tf.zeros([9, 4]), tf.zeros([9, 4])];
      expect(() => lossValue(LOSSES.mae(), t, p, { sampleWeights: tf.ones([4]) })).toThrow(
        "sampleWeights: has shape [4], and the values of the loss [9]; give one for each value, or for each sample",
      );
      expect(() => lossValue(LOSSES.mae(), t, p, { classWeights: [1, -2] })).toThrow("that of class 1 is -2; give 0");
    });
    expect(() => LOSSES.binary_crossentropy({ labelSmoothing: 1.5 })).toThrow("labelSmoothing is 1.5; give 0 to 1");
    expect(() => LOSSES.huber({ delta: -1 })).toThrow("huber: delta is -1; give 0 or more");
    expect(() => lossNamed("toString")).toThrow('there is no loss named "toString"; give one of binary_crossentropy,');
  });

  it("take a list of numbers as a sample each, and a last axis of 1 that one of the two leaves out", () => {
    tf.tidy(() => {
      const [t, p] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 0, 6])];
      expect(Array.from(LOSSES.mse()(t, p).dataSync())).toEqual([0, 4, 9]);
      expect(Array.from(LOSSES.mse()(t, p.expandDims(1)).dataSync())).toEqual([0, 4, 9]);
      expect(Array.from(LOSSES.mse()(t.expandDims(1), p).dataSync())).toEqual([0, 4, 9]);
    });
  });

  it("of one's own are losses too", () => {
    const cube: Loss = (target, prediction) => prediction.sub(target).pow(3).mean(-1);
    const value = tf.tidy(() => numberOf(lossValue(cube, tf.zeros([2, 2]), tf.fill([2, 2], 2), { mask: tf.tensor1d([1, 0]) }))); // prettier-ignore
    expect(value).toBe(8);
  });

  it("are all in docs/losses.md, and nothing else is", () => {
    const text = readFileSync(new URL("../../../docs/losses.md", import.meta.url), "utf8");
    const [losses = ""] = text.split("## Metrics");
    const rows = [...losses.matchAll(/^\| (`[^|]+`) +\|/gm)].flatMap(
      ([, cell = ""]) => cell.match(/[a-z_0-9]+/g) ?? [],
    );
    expect(rows.sort()).toEqual([...names].sort());
  });
});
