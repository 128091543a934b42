import { beforeAll, describe, expect, it, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { namedWeights } from "../../../src/core/namedWeights.ts";
import { nameFromOldResnet, varianceFromOldResnet } from "../../../src/core/weights/oldResnet.ts";
import { nameFromOldMobilenetV3 } from "../../../src/core/weights/oldMobilenetV3.ts";
import { layerOf, recognise, relationOf } from "../../../src/core/weights/recognise.ts";
import { loadEngine } from "../../../src/engine/load.ts";

function shapesOf(name: BackboneName, width: number): Map<string, number[]> {
  const { model } = buildBackbone(name, { random: new Random(1), width });
  const shapes = new Map([...namedWeights(model)].map(([weight, { shape }]) => [weight, shape]));
  model.dispose();
  return shapes;
}

describe("a backbone and its width", () => {
  beforeAll(() => loadEngine({ engine: "cpu" }));

  it.each<[string, BackboneName, number]>([
    ["MobileNetV1", "mobilenet-v1", 0.25],
    ["MobileNetV1", "mobilenet-v1", 0.37],
    ["MobileNetV2", "mobilenet-v2", 0.35],
    ["MobileNetV2", "mobilenet-v2", 0.1],
    ["MobileNetV3Small", "mobilenet-v3-small", 0.75],
    ["MobileNetV3Small", "mobilenet-v3-small", 1],
    ["MobileNetV3Large", "mobilenet-v3-large", 0.75],
  ])("are known by the layers: %s as %s of width %d", (model, backbone, width) => {
    const shapes = shapesOf(backbone, width);
    const found = recognise(shapes.set("predictions/kernel", [4, 4]));
    expect(found).toMatchObject({ model, backbone, width });
    expect([...shapes.keys()].filter((name) => found?.layers.test(layerOf(name)) !== true)).toEqual([
      "predictions/kernel",
    ]);
    const last =
      [...shapes.keys()].filter((name) => /(pw_13|block_16_project|conv_1)\/kernel$/.test(name)).at(-1) ?? "";
    expect(recognise(shapes.set(last, [1, 1, 3, 77]))?.width).toBe(undefined);
  });

  it("are none for what is not published", () => {
    expect(recognise(shapesOf("small", 1))).toBe(undefined);
    expect(recognise(new Map([["block5_conv3/kernel", [1]]]))?.backbone).toBe("vgg16");
    expect(recognise(new Map([["block5_conv3/kernel", [1]], ["block5_conv4/kernel", [1]]]))).toBe(undefined); // prettier-ignore
    expect(recognise(new Map([["conv5_block3_3_conv/kernel", [1]]]))?.backbone).toBe("resnet50");
    expect(recognise(new Map([["conv5_block3_3_conv/kernel", [1]], ["conv4_block7_1_conv/kernel", [1]]]))).toBe(undefined); // prettier-ignore
  });
});

test("an EfficientNet-B0 is known by its layers, and relations of the networks by their names", () => {
  const shapes = shapesOf("efficientnet-b0", 1);
  const found = recognise(shapes.set("normalization/mean", [3]));
  expect(found).toMatchObject({ model: "EfficientNetB0", backbone: "efficientnet-b0", publisher: "keras", width: 1 });
  expect([...shapes.keys()].filter((name) => found?.layers.test(layerOf(name)) !== true)).toEqual([
    "normalization/mean",
  ]);
  expect(recognise(shapes.set("block1b_dwconv/depthwise_kernel", [1]))).toBe(undefined);
  expect(relationOf([...shapes.keys()].map(layerOf))).toBe("an EfficientNet other than B0");
  const minimalistic = [...shapesOf("mobilenet-v3-large", 1)].filter(([name]) => !name.includes("squeeze"));
  expect(recognise(new Map(minimalistic))).toBe(undefined);
  expect(relationOf(minimalistic.map(([name]) => layerOf(name)))).toBe("MobileNetV3 in its minimalistic form");
  expect(relationOf(["conv1", "stem"])).toBe(undefined);
});

test("names of MobileNet V3 from Keras 2 are Keras 3's", () => {
  const names = ["Conv/kernel", "Conv/BatchNorm/gamma", "expanded_conv/squeeze_excite/Conv/bias", "expanded_conv_1/squeeze_excite/Conv_1/kernel", "expanded_conv_10/depthwise/BatchNorm/moving_mean", "Conv_1/BatchNorm/beta"]; // prettier-ignore
  expect(names.map(nameFromOldMobilenetV3)).toEqual([
    "conv/kernel",
    "conv_bn/gamma",
    "expanded_conv_squeeze_excite_conv/bias",
    "expanded_conv_1_squeeze_excite_conv_1/kernel",
    "expanded_conv_10_depthwise_bn/moving_mean",
    "conv_1_bn/beta",
  ]);
});

test("names of ResNet50 from before 2019 are today's", () => {
  const names = ["conv1/kernel", "bn_conv1/beta", "res2a_branch1/kernel", "bn4f_branch2c/gamma", "res5c_branch2a/bias"];
  expect(names.map(nameFromOldResnet)).toEqual([
    "conv1_conv/kernel",
    "conv1_bn/beta",
    "conv2_block1_0_conv/kernel",
    "conv4_block6_3_bn/gamma",
    "conv5_block3_1_conv/bias",
  ]);
  expect(nameFromOldResnet("fc1000/kernel")).toBe(undefined);
  // 1 / sqrt(0.01 + 1e-3) = 1 / sqrt(variance + 1.001e-5)
  expect((varianceFromOldResnet(Float32Array.of(0.01))[0] ?? 0) + 1.001e-5).toBeCloseTo(0.011, 8);
});
