import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { chosenBackbone } from "../../src/core/backbones/chosenBackbone.ts";
import { buildBackbone } from "../../src/core/backbones/index.ts";
import { setKerasWeights } from "../../src/core/kerasWeights.ts";
import { weightValues, type WeightValue } from "../../src/core/namedWeights.ts";
import { describeLeftOut, readPublishedBackbone } from "../../src/core/publishedBackbone.ts";
import { writeSafetensors } from "../../src/core/weights/safetensors.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { drawnWeight } from "./drawnWeights.ts";
import { readFixture } from "./oracle.ts";

interface Shapes {
  cases: { model: string; shapes: Record<string, number[]> }[];
}

/** A state_dict of torchvision's mobilenet_v3_small. */
function stateDict(): Map<string, WeightValue> {
  const { cases } = readFixture("backbones_torchvision.json") as Shapes;
  const shapes = cases.flatMap(({ model, shapes }) => (model === "mobilenet_v3_small" ? Object.entries(shapes) : []));
  const floats = shapes.filter(([name]) => !name.endsWith("num_batches_tracked"));
  return new Map(floats.map(([name, shape]) => [name, drawnWeight(name, shape, 0.1)]));
}

describe("a published backbone in a file of plain tensors", () => {
  let folder: string;
  beforeAll(async () => {
    await loadEngine({ engine: "cpu" });
    folder = await mkdtemp(join(tmpdir(), "published-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is known, says its form, and gives the backbone of that form all of its weights", async () => {
    const state = stateDict();
    const file = join(folder, "v3.safetensors");
    await writeSafetensors(file, new Map([...state, ["head.bias", { shape: [1], values: Float32Array.of(1) }]]));
    const published = await readPublishedBackbone(file);
    const form = { backbone: "mobilenet-v3-small", publisher: "torchvision", width: 1 } as const;
    expect(published).toMatchObject({ ...form, model: "torchvision's mobilenet_v3_small" });
    expect(describeLeftOut(published)).toBe(
      `${file}: left out, as not of the backbone: classifier.0, classifier.3, head`,
    );
    expect(chosenBackbone({ backbone: "small", width: 2 }, published)).toEqual(form);
    expect(chosenBackbone({}, undefined)).toEqual({ backbone: "small", width: 1 });

    const { publisher, width } = published;
    const backbone = buildBackbone(published.backbone, { random: new Random(1), publisher, width });
    const other = buildBackbone(published.backbone, { random: new Random(1) });
    expect(() => {
      setKerasWeights(other, published);
    }).toThrow(`${file}: weights in the form of torchvision, and mobilenet_v3_small has that of keras: build it with publisher "torchvision", or give keras's weights`); // prettier-ignore
    setKerasWeights(backbone, published);
    const own = weightValues(backbone.model);
    expect(own.size).toBe([...state.keys()].filter((name) => name.startsWith("features.")).length);
    // By hand: outputs, inputs, rows, columns are rows, columns, inputs, outputs in ours.
    const kernel = state.get("features.0.0.weight")?.values ?? [];
    expect(own.get("conv/kernel")?.values[((1 * 3 + 2) * 3 + 1) * 16 + 5]).toBe(kernel[((5 * 3 + 1) * 3 + 1) * 3 + 2]);
    const depthwise = state.get("features.1.block.0.0.weight")?.values ?? [];
    expect(own.get("expanded_conv_depthwise/depthwise_kernel")?.values[(2 * 3 + 1) * 16 + 7]).toBe(depthwise[(7 * 3 + 2) * 3 + 1]); // prettier-ignore
    expect(own.get("expanded_conv_depthwise_bn/moving_variance")?.values).toEqual(
      state.get("features.1.block.0.1.running_var")?.values,
    );
    tf.disposeVariables();
  });

  it("that is wider than it can be, or misses a weight, is refused", async () => {
    const state = stateDict();
    const file = join(folder, "wide.safetensors");
    await writeSafetensors(file, new Map([...state].filter(([name]) => name !== "features.12.1.running_var")));
    const published = await readPublishedBackbone(file);
    const backbone = buildBackbone(published.backbone, { random: new Random(1), publisher: "torchvision" });
    expect(() => {
      setKerasWeights(backbone, published);
    }).toThrow("weights of torchvision's mobilenet_v3_small do not fit mobilenet_v3_small: conv_1_bn/moving_variance is not in the file"); // prettier-ignore
    state.set("features.12.0.weight", drawnWeight("wide", [577, 96, 1, 1], 1));
    await writeSafetensors(file, state);
    await expect(readPublishedBackbone(file)).rejects.toThrow("its layers are those of torchvision's mobilenet_v3_small, but no width gives its kernels' filters"); // prettier-ignore
    tf.disposeVariables();
  });
});
