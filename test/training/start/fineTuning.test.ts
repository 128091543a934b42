import { expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildClassifier } from "../../../src/classification/network.ts";
import type { BackboneName } from "../../../src/core/backbones/names.ts";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { FROM_WEIGHTS, rateIn } from "../../../src/training/recipe.ts";
import { startOf, tuneNetwork, type TuningOptions } from "../../../src/training/start/fineTuning.ts";

await loadEngine();

/** The phases of a classifier's training from a backbone, and the weights that can learn. */
function tuned(backbone: BackboneName, options: TuningOptions) {
  const network = buildClassifier({ backbone, width: 0.25, dropout: 0, box: false }, 2, new Random(1));
  const { phases = [] } = tuneNetwork("classification", network, "backbone", options);
  const learning = network.model.trainableWeights.map((weight) => weight.originalName);
  disposeWeights(network.model);
  return { phases, learning };
}

/** The rate of each weight in the second phase, as a multiple of the training's. */
function fineRates(backbone: BackboneName, layerDecay?: number, fineTuneFrom?: string): Map<string, number> {
  const { phases, learning } = tuned(backbone, { layerDecay, fineTuneFrom });
  const [, fine] = phases;
  if (!fine) throw new Error("there is no second phase");
  return new Map(learning.map((name) => [name, rateIn(fine, name)]));
}

it("each stage of the backbone learns at the rate of the next one times the decay, and the head at the full one", () => {
  const rates = fineRates("small", 0.8);
  expect(rates.get("classes/kernel")).toBe(0.5);
  expect(rates.get("classes/bias")).toBe(0.5);
  // stages end in the maps of strides 4, 8, 16 and 32; the first convolution belongs to the first of them
  for (const [layer, stages] of [
    ["stage5_block1_conv2", 1],
    ["stage5_conv", 1],
    ["stage4_conv", 2],
    ["stage3_block2_conv1", 3],
    ["stage2_conv", 4],
    ["stage1_conv", 4],
  ] as const) {
    // prettier-ignore
    expect(rates.get(`${layer}/kernel`), layer).toBeCloseTo(0.5 * 0.8 ** stages, 12);
    expect(rates.get(`${layer}_bn/gamma`), layer).toBeCloseTo(0.5 * 0.8 ** stages, 12);
  }
});

it.each<[BackboneName, string, string]>([
  ["mobilenet-v1", "conv1/kernel", "conv_pw_13/kernel"],
  ["mobilenet-v2", "Conv1/kernel", "Conv_1/kernel"],
])("in %s too, from the first layer to the last, in as many stages as it has maps", (backbone, first, last) => {
  const rates = fineRates(backbone, 0.5);
  expect([rates.get(first), rates.get(last)]).toEqual([0.5 * 0.5 ** 4, 0.25]);
  expect(new Set(rates.values()).size).toBe(5);
});

it("all learn at one rate unless told, and those before the first that learns not at all", () => {
  expect(new Set(fineRates("small").values())).toEqual(new Set([0.5]));
  const rates = fineRates("small", 0.8, "stage5_conv");
  expect(rates.has("stage4_conv/kernel")).toBe(false);
  expect(rates.get("stage5_conv/kernel")).toBeCloseTo(0.4, 12);
});

it("the head learns alone at first; where the backbone does not learn, that is all", () => {
  const { phases } = tuned("small", {});
  expect(phases.map(({ name, from, statistics, calibrate }) => [name, from, statistics, calibrate])).toEqual([
    ["head", 0, "moving", undefined],
    ["fine", 0.15, "batch", undefined],
    ["frozen", 0.7, "moving", 20],
  ]);
  const [head] = phases;
  expect(["stage5_conv/kernel", "classes/kernel"].map((name) => head && rateIn(head, name))).toEqual([0, 1]);
  for (const fixed of [{ fineTuneFrom: "none" }, { freeze: "backbone" }]) {
    const { phases, learning } = tuned("small", fixed);
    expect(phases.map(({ name }) => name)).toEqual(["head"]);
    expect(learning).toEqual(["classes/kernel", "classes/bias"]);
  }
});

it("from all weights of a model, everything learns at once, and normalisation is frozen", () => {
  const network = buildClassifier({ backbone: "small", width: 1, dropout: 0, box: false }, 2, new Random(1));
  expect(tuneNetwork("classification", network, "weights", {}).phases).toEqual(FROM_WEIGHTS);
  expect(tuneNetwork("classification", network, undefined, {})).toEqual({});
  disposeWeights(network.model);
});

it("a training that goes on has the start that it was begun with", () => {
  const context = { loading: {} as never, random: new Random(1) };
  const resumed = { ...context, resumes: true, model: "runs/a/last" };
  expect(startOf({ ...context, resumes: false })).toBeUndefined();
  expect(startOf({ ...context, resumes: false, model: "runs/a/best" })).toBe("weights");
  expect(startOf({ ...context, resumes: false }, { start: "backbone" })).toBe("backbone");
  expect(startOf(resumed)).toBeUndefined();
  expect(startOf({ ...resumed, begunWith: "weights" })).toBe("weights");
});
