import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { setKerasWeights } from "../../../src/core/kerasWeights.ts";
import type { NamedValues, WeightValue } from "../../../src/core/namedWeights.ts";
import { fromTorchvision } from "../../../src/core/weights/torchvision.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { type DrawnCase, differenceOf, drawnWeight, runDrawn, sizeOf } from "../drawnWeights.ts";
import { readFixture } from "../oracle.ts";

interface TorchvisionCase extends DrawnCase {
  model: string;
  /** Of all tensors of a state_dict; in one of a network's cases. */
  shapes: Record<string, number[]>;
}

const { cases } = readFixture("backbones_torchvision.json") as { cases: TorchvisionCase[] };
const native = (await loadEngine()).name === "native"; // the plain engine takes minutes
const MODELS = [...new Set(cases.map(({ model }) => model))];

function shapesOf(model: string): Map<string, number[]> {
  const own = cases.filter((one) => one.model === model).map(({ shapes }) => Object.entries(shapes));
  return new Map(own.flat());
}

/** A state_dict as the fixture's script draws it, without the numbers of the classifier, which nothing reads. */
function drawnState(model: string): Map<string, WeightValue> {
  const shapes = shapesOf(model);
  return new Map(
    [...shapes].map(([name, shape]) => {
      if (/^(fc|classifier)\./.test(name)) return [name, { shape, values: new Float32Array() }];
      const isNorm = shapes.has(name.replace(/[^.]+$/, "running_mean"));
      const positive = name.endsWith("running_var") || (isNorm && name.endsWith(".weight"));
      const scale = shape.length === 1 ? 0.1 : Math.sqrt(3 / sizeOf(shape.slice(1)));
      return [name, drawnWeight(name, shape, positive ? "positive" : scale)];
    }),
  );
}

describe.skipIf(!native)("features with torchvision's names and layouts", () => {
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each(MODELS)("equal torchvision's on all maps: %s", (model) => {
    const own = cases.filter((one) => one.model === model);
    const name = own[0]?.backbone as BackboneName;
    const found = fromTorchvision("drawn.pth", drawnState(model));
    expect(found?.network).toEqual({
      model: `torchvision's ${model}`,
      backbone: name,
      publisher: "torchvision",
      width: 1,
    });
    const backbone = buildBackbone(name, { random: new Random(1), publisher: "torchvision" });
    expect(backbone.bgrKernel).toBe(undefined);
    setKerasWeights(backbone, {
      path: "drawn.pth",
      model,
      width: 1,
      leftOut: [],
      weights: found?.weights ?? new Map(),
    });
    for (const each of own) {
      const { maps, corner } = runDrawn(backbone, each, backbone.features.map(({ output }) => output)); // prettier-ignore
      expect(each.expected).toHaveLength(4);
      for (const [i, value] of each.corner.entries()) expect(corner[i]).toBeCloseTo(value, 4);
      for (const [i, expected] of each.expected.entries()) {
        const what = `${expected.layer}, ${each.height} x ${each.width}`;
        expect(maps[i]?.shape, what).toEqual(expected.shape);
        expect(differenceOf(maps[i] as tf.Tensor, expected), what).toBeLessThan(1e-4);
      }
      tf.dispose(maps);
    }
  });
});

/** A state_dict of so many tensors without numbers. */
function emptyState(model: string, more: Record<string, number[]> = {}): NamedValues {
  const shapes = [...shapesOf(model), ...Object.entries(more)];
  return new Map(shapes.map(([name, shape]) => [name, { shape, values: new Float32Array() }]));
}

describe("a state_dict", () => {
  it("is known by its names, in what training tools wrap it, and its classifier is left out", () => {
    const wrapped = new Map([...emptyState("resnet34")].map(([name, value]) => [`model.${name}`, value]));
    const found = fromTorchvision("a.pth", wrapped);
    expect(found?.network?.backbone).toBe("resnet34");
    expect(found?.leftOut).toEqual(["fc"]);
    expect([...(found?.weights.keys() ?? [])].filter((name) => !/_(conv|bn)\/(kernel|gamma|beta|moving_)/.test(name))).toEqual([]); // prettier-ignore
    expect(fromTorchvision("b.pth", emptyState("vgg16"))?.leftOut).toEqual(["classifier.0", "classifier.3", "classifier.6"]); // prettier-ignore
    const own = emptyState("resnet18", { "head.0.weight": [2, 3], "aux.bias": [1] });
    expect(fromTorchvision("b.pth", own)?.leftOut).toEqual(["fc", "head.0", "aux"]);
    expect(fromTorchvision("b.pth", new Map([["conv.weight", { shape: [], values: new Float32Array() }]]))).toBe(
      undefined,
    );
  });

  it.each<[string, string, Record<string, number[]>, string]>([
    ["ResNet-101", "resnet50", { "layer3.6.conv1.weight": [256, 1024, 1, 1] }, "a ResNet of 101 or more layers"],
    ["a wide ResNet", "resnet50", { "layer1.0.conv1.weight": [128, 64, 1, 1] }, "a wide ResNet or a ResNeXt"],
    ["VGG with normalisation", "vgg16", { "features.1.running_mean": [64] }, "a VGG with batch normalisation"],
    ["VGG19", "vgg16", { "features.34.weight": [512, 512, 3, 3] }, "VGG19"],
    [
      "EfficientNet-B1",
      "efficientnet_b0",
      { "features.1.1.block.0.0.weight": [16, 1, 3, 3] },
      "EfficientNet-B1 or larger",
    ],
    [
      "more blocks",
      "mobilenet_v2",
      { "features.19.weight": [1] },
      "something else than mobilenet_v2: it has features.19.weight, too",
    ],
  ])("of another network is refused by its name: %s", (_, model, more, message) => {
    expect(() => fromTorchvision("a.pth", emptyState(model, more))).toThrow(`a.pth: holds weights of ${message}`);
  });

  it.each([NaN, 0])("of VGG16's features alone, whose classifier holds nothing but %d, is refused", (value) => {
    const empty = { shape: [1, 4], values: new Float32Array(4).fill(value) };
    const features = new Map([...emptyState("vgg16")]).set("classifier.0.weight", empty);
    expect(() => fromTorchvision("a.pth", features)).toThrow("VGG16's features alone, which were trained on other pixels");
    empty.values[3] = 1;
    expect(fromTorchvision("a.pth", features)?.network?.backbone).toBe("vgg16");
  }); // prettier-ignore
});
