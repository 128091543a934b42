import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildClassifier, type ClassifierNetwork } from "../../../src/classification/network.ts";
import { disposeWeights } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { backboneLearns, freezeLayers } from "../../../src/training/start/freezing.ts";

await loadEngine();
let network: ClassifierNetwork;
const small = (): ClassifierNetwork =>
  (network = buildClassifier({ backbone: "small", width: 1, dropout: 0, box: false }, 2, new Random(1)));
afterEach(() => {
  disposeWeights(network.model);
});

/** The layers with weights that do not learn. */
function frozenBy(freeze: string, fineTuneFrom?: string): string[] {
  freezeLayers(small(), { freeze, fineTuneFrom });
  return network.model.layers
    .filter((layer) => layer.weights.length > 0 && layer.trainableWeights.length === 0)
    .map(({ name }) => name);
}

const STAGE2 = ["stage2_conv", "stage2_conv_bn", "stage2_block1_conv1", "stage2_block1_conv1_bn", "stage2_block1_conv2", "stage2_block1_conv2_bn"]; // prettier-ignore

describe("layers that do not learn", () => {
  it.each([
    ["none", []],
    ["stage1_conv_bn", ["stage1_conv_bn"]],
    ["stage1_conv", ["stage1_conv", "stage1_conv_bn"]],
    ["stage1", ["stage1_conv", "stage1_conv_bn"]],
    ["stage2, classes", [...STAGE2, "classes"]],
    ["stage*_conv_bn", [1, 2, 3, 4, 5].map((stage) => `stage${stage}_conv_bn`)],
    ["0", []],
    ["1", ["stage1_conv", "stage1_conv_bn", ...STAGE2]], // the first map is that of stride 4
  ])("%s", (freeze, expected) => {
    expect(frozenBy(freeze)).toEqual(expected);
  });

  it("are all of the backbone, or all before a layer of it", () => {
    const all = frozenBy("backbone");
    expect(all).toHaveLength(34);
    expect(all).not.toContain("classes");
    expect(backboneLearns(network)).toBe(false);
    disposeWeights(network.model);
    expect(frozenBy("4")).toEqual(all);
    disposeWeights(network.model);
    expect(frozenBy("none", "stage2_conv")).toEqual(["stage1_conv", "stage1_conv_bn"]);
    expect(backboneLearns(network)).toBe(true);
  });

  it.each([
    ["stage6", 'freeze: classifier has no layer "stage6"'],
    ["stage1,", 'freeze: classifier has no layer ""'],
    ["stag", 'freeze: classifier has no layer "stag"'],
    ["(", 'freeze: classifier has no layer "("'],
    ["5", "freeze: the backbone has 4 stages, got 5"],
    ["backbone, classes", "freeze: backbone, classes leaves no layer of classifier that learns"],
  ])("are refused where they cannot be: %s", (freeze, message) => {
    expect(() => frozenBy(freeze)).toThrow(message);
  });

  it("cannot be stages where there is no backbone", () => {
    const { model } = small();
    expect(() => {
      freezeLayers({ model }, { freeze: "2" });
    }).toThrow("freeze: classifier has no backbone that 2 could be of: name its layers");
    expect(() => {
      freezeLayers({ model }, { fineTuneFrom: "none" });
    }).toThrow("fineTuneFrom: classifier has no backbone");
  });
});
