import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import type { Publisher } from "../../../src/core/backbones/names.ts";
import { batchNormsOf } from "../../../src/core/layers/batchNorm.ts";
import { roundToEight } from "../../../src/core/backbones/mobilenetV2.ts";
import { loadEngine } from "../../../src/engine/load.ts";

/** Some of Keras's names, for networks whose weights are not here to be loaded. */
const NAMES: Partial<Record<BackboneName, string[]>> = {
  resnet50: ["conv1_conv", "pool1_pool", "conv2_block1_0_bn", "conv3_block4_3_conv", "conv5_block3_out"],
  "mobilenet-v3-small": ["conv", "expanded_conv_squeeze_excite_conv", "expanded_conv_10_project_bn", "conv_1_bn"],
  "efficientnet-b0": ["stem_conv", "block1a_dwconv", "block6d_se_expand", "block7a_project_bn", "top_conv"],
  vgg16: ["block1_conv1", "block5_conv3", "block5_pool"],
};

/** Weights without the classifier as Keras counts them (ResNet-18 and -34: as torchvision does, and moving averages). */
const EXPECTED: [BackboneName, number, number, number[]][] = [
  ["mobilenet-v1", 0.25, 218_544, [32, 64, 128, 256]],
  ["mobilenet-v1", 1, 3_228_864, [128, 256, 512, 1024]],
  ["mobilenet-v2", 0.35, 410_208, [48, 96, 192, 1280]],
  ["mobilenet-v2", 1, 2_257_984, [144, 192, 576, 1280]],
  ["mobilenet-v3-small", 0.75, 583_160, [72, 96, 240, 432]],
  ["mobilenet-v3-small", 1, 939_120, [72, 96, 288, 576]],
  ["mobilenet-v3-large", 0.75, 1_808_736, [72, 192, 528, 720]],
  ["mobilenet-v3-large", 1, 2_996_352, [72, 240, 672, 960]],
  ["efficientnet-b0", 1, 4_049_564, [144, 240, 672, 1280]],
  ["resnet34", 1, 21_301_696, [64, 128, 256, 512]],
  ["resnet18", 1, 11_186_112, [64, 128, 256, 512]],
  ["resnet50", 1, 23_587_712, [256, 512, 1024, 2048]],
  ["vgg16", 1, 14_714_688, [256, 512, 512, 512]],
];

describe("backbones", () => {
  beforeAll(() => loadEngine());

  it.each(EXPECTED)("%s of width %d has %d weights, and maps of so many channels", (name, width, count, channels) => {
    const { model, features } = buildBackbone(name, { random: new Random(1), width });
    expect(model.countParams()).toBe(count);
    expect(features.map((feature) => feature.channels)).toEqual(channels);
    for (const layer of NAMES[name] ?? []) expect(model.getLayer(layer).name).toBe(layer);
    model.dispose();
  });

  // Keras's are its defaults or in its code, torchvision's is one less its own momentum.
  it.each<[BackboneName, Publisher, momentum: number, epsilon: number]>([
    ["mobilenet-v1", "keras", 0.99, 1e-3],
    ["mobilenet-v2", "keras", 0.999, 1e-3],
    ["mobilenet-v2", "torchvision", 0.9, 1e-5],
    ["mobilenet-v3-small", "keras", 0.999, 1e-3],
    ["mobilenet-v3-small", "torchvision", 0.99, 1e-3],
    ["resnet34", "torchvision", 0.9, 1e-5],
    ["resnet50", "keras", 0.99, 1.001e-5],
    ["resnet50", "torchvision", 0.9, 1e-5],
    ["efficientnet-b0", "keras", 0.99, 1e-3],
    ["efficientnet-b0", "torchvision", 0.9, 1e-5],
  ])("normalise as their publisher does: %s of %s", (name, publisher, momentum, epsilon) => {
    const { model } = buildBackbone(name, { random: new Random(1), publisher });
    for (const layer of batchNormsOf(model)) expect(layer.getConfig()).toMatchObject({ momentum, epsilon });
    expect(batchNormsOf(model).length).toBeGreaterThan(15);
    model.dispose();
  });

  it("has the form of those alone who publish it", () => {
    const build = (name: BackboneName, publisher: Publisher) => () =>
      buildBackbone(name, { random: new Random(1), publisher });
    expect(build("mobilenet-v1", "torchvision")).toThrow(
      "buildBackbone: there is no mobilenet-v1 of torchvision: it has only the form of keras",
    );
    expect(build("resnet34", "keras")).toThrow("there is no resnet34 of keras: it has only the form of torchvision");
    expect(build("small", "keras")).toThrow("there is no small of keras: it is nobody's");
  });

  it("rounds channels to eights, and loses no more than a tenth", () => {
    expect([32 * 0.35, 24 * 0.35, 11.9, 12, 320 * 0.35, 1].map(roundToEight)).toEqual([16, 8, 16, 16, 112, 8]);
  });
});
