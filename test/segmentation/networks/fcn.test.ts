import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { BACKBONE_NAMES } from "../../../src/core/backbones/names.ts";
import { setMatchingWeights } from "../../../src/core/matchingWeights.ts";
import { namedWeights, weightValues } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { buildFcn } from "../../../src/segmentation/networks/fcn.ts";

const build = (stride: 32 | 16 | 8, { seed = 1, outputs = 3 } = {}) =>
  buildFcn({ kind: "fcn", stride, backbone: "small", width: 1 }, outputs, new Random(seed));

/** What a layer of the network gives for images. */
const tap = (model: tf.LayersModel, name: string): tf.LayersModel =>
  tf.model({ inputs: model.inputs, outputs: model.getLayer(name).output });

describe("an FCN", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each([
    [32, 37, 50],
    [16, 64, 33],
    [8, 75, 101],
    [8, 1, 9],
  ] as const)("of stride %i scores every pixel of %i x %i", (stride, height, width) => {
    const { model, margin, alignment, backbone } = build(stride);
    const y = model.predict(tf.randomNormal([2, height, width, 3], 0, 1, "float32", 1)) as tf.Tensor;
    expect(y.shape).toEqual([2, height, width, 3]);
    expect([margin, alignment, backbone?.model.name]).toEqual([0, 32, "small"]);
    expect(y.isFinite().all().dataSync()[0]).toBe(1);
  });

  it("has one name for a layer in all three", () => {
    const own = ([32, 16, 8] as const).map((stride) => build(stride).outputLayers);
    expect(own).toEqual([["score32"], ["score32", "up16", "score16"], ["score32", "up16", "score16", "up8", "score8"]]);
    const { model, outputLayers } = build(8);
    for (const layer of outputLayers) {
      const weights = model.getLayer(layer).getWeights();
      expect(weights.map(({ shape }) => shape.at(-1))).toEqual(weights.map(() => 3));
    }
    const names = [...namedWeights(model).keys()].filter((name) => !name.startsWith("stage"));
    expect(names).toEqual(["score32/kernel", "score32/bias", "up16/kernel", "score16/kernel", "score16/bias", "up8/kernel", "score8/kernel", "score8/bias"]); // prettier-ignore
  });

  it.each([
    [32, 16, []],
    [16, 8, ["up16/kernel", "score16/kernel"]],
  ] as const)("of stride %i gives its weights to that of %i, which begins where it ended", (from, to, learnt) => {
    const coarse = build(from);
    for (const name of learnt) {
      const variable = namedWeights(coarse.model).get(name) as tf.Variable;
      variable.assign(variable.add(tf.randomNormal(variable.shape, 0, 0.1, "float32", 3))); // as after training
    }
    const fine = build(to, { seed: 2 });
    const { set, missing, unfit } = setMatchingWeights(fine.model, weightValues(coarse.model));
    expect(unfit).toEqual([]);
    expect(missing).toEqual([`up${to}/kernel`, `score${to}/kernel`, `score${to}/bias`]);
    expect(set.length).toBe(namedWeights(coarse.model).size);

    const images = tf.randomNormal([2, 90, 133, 3], 0, 1, "float32", 1);
    const coarsest = from === 32 ? "score32" : `sum${from}`;
    const scores = tap(coarse.model, coarsest).predict(images) as tf.Tensor4D;
    const sum = tap(fine.model, `sum${to}`).predict(images) as tf.Tensor4D;
    const [, h, w] = sum.shape;
    const twice = tf.image.resizeBilinear(scores, [2 * scores.shape[1], 2 * scores.shape[2]], false, true);
    const largest = (t: tf.Tensor): number => t.abs().max().dataSync()[0] ?? NaN;
    expect(largest(scores)).toBeGreaterThan(0.1);
    expect(largest(sum.sub(twice.slice([0, 0, 0, 0], [-1, h, w, -1])))).toBeLessThan(1e-5);
    // Between cells both are straight; at the cells themselves two interpolations cut the corners.
    const [before, after] = [coarse, fine].map(({ model }) => model.predict(images) as tf.Tensor);
    const off = (before as tf.Tensor)
      .sub(after as tf.Tensor)
      .abs()
      .mean()
      .dataSync()[0];
    expect(off).toBeLessThan(0.05 * largest(before as tf.Tensor));
    const same = tf.equal((before as tf.Tensor).argMax(-1), (after as tf.Tensor).argMax(-1));
    expect(same.toFloat().mean().dataSync()[0]).toBeGreaterThan(0.95);
  });

  it("keeps constant scores constant to the border, and straight ones straight", () => {
    const { model } = build(8, { outputs: 2 });
    const weights = namedWeights(model);
    weights.get("score32/kernel")?.assign(tf.zeros([1, 1, 160, 2]));
    weights.get("score32/bias")?.assign(tf.tensor1d([0.5, -2]));
    const y = model.predict(tf.randomNormal([1, 45, 70, 3], 0, 1, "float32", 1)) as tf.Tensor;
    const expected = tf.tensor1d([0.5, -2]).broadcastTo(y.shape);
    expect(y.sub(expected).abs().max().dataSync()[0]).toBeLessThan(1e-6);
  });

  it.each(BACKBONE_NAMES.filter((name) => !/^(vgg|resnet)/.test(name)))("can stand on %s", (backbone) => {
    const { model } = buildFcn({ kind: "fcn", stride: 8, backbone, width: 0.35 }, 2, new Random(1));
    expect((model.predict(tf.zeros([1, 40, 33, 3])) as tf.Tensor).shape).toEqual([1, 40, 33, 2]);
  });
});
