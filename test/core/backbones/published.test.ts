import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { roundToEight } from "../../../src/core/backbones/mobilenetV2.ts";
import { loadEngine } from "../../../src/engine/load.ts";

/** Some of Keras's names, for networks whose weights are not here to be loaded. */
const NAMES: Partial<Record<BackboneName, string[]>> = {
  resnet50: ["conv1_conv", "pool1_pool", "conv2_block1_0_bn", "conv3_block4_3_conv", "conv5_block3_out"],
  vgg16: ["block1_conv1", "block5_conv3", "block5_pool"],
};

/** Weights without the classifier as Keras counts them (ResNet-18: as torchvision does, and moving averages). */
const EXPECTED: [BackboneName, number, number, number[]][] = [
  ["mobilenet-v1", 0.25, 218_544, [32, 64, 128, 256]],
  ["mobilenet-v1", 1, 3_228_864, [128, 256, 512, 1024]],
  ["mobilenet-v2", 0.35, 410_208, [48, 96, 192, 1280]],
  ["mobilenet-v2", 1, 2_257_984, [144, 192, 576, 1280]],
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

  it("rounds channels to eights, and loses no more than a tenth", () => {
    expect([32 * 0.35, 24 * 0.35, 11.9, 12, 320 * 0.35, 1].map(roundToEight)).toEqual([16, 8, 16, 16, 112, 8]);
  });
});
