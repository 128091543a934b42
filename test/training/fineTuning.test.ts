import { expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { fineTuningPhases } from "../../src/training/fineTuning.ts";
import { buildClassifier } from "../../src/classification/network.ts";
import { disposeWeights } from "../../src/core/namedWeights.ts";
import type { BackboneName } from "../../src/core/backbones/names.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { rateIn } from "../../src/training/recipe.ts";

await loadEngine();

/** The rate of each weight in the second phase, as a multiple of the training's. */
function fineRates(backbone: BackboneName, layerDecay?: number, from?: string): Map<string, number> {
  const network = buildClassifier({ backbone, width: 0.25, dropout: 0, box: false }, 2, new Random(1));
  const [, fine] = fineTuningPhases(network, { layerDecay, from });
  if (!fine) throw new Error("there is no second phase");
  const names = network.model.trainableWeights.map((weight) => weight.originalName);
  disposeWeights(network.model);
  return new Map(names.map((name) => [name, rateIn(fine, name)]));
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

it("all learn at one rate unless told, and those before the first that learns at none", () => {
  expect(new Set(fineRates("small").values())).toEqual(new Set([0.5]));
  const rates = fineRates("small", 0.8, "stage5_conv");
  expect(rates.get("stage4_conv/kernel")).toBe(0);
  expect(rates.get("stage5_conv/kernel")).toBeCloseTo(0.4, 12);
});
