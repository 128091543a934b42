import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type Backbone } from "../../../src/core/backbones/index.ts";
import { readKerasWeights, setKerasWeights } from "../../../src/core/kerasWeights.ts";
import { describeLeftOut, type PublishedBackbone, readPublishedBackbone } from "../../../src/core/publishedBackbone.ts";
import { namedWeights, type WeightValue } from "../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { type H5Tree, writeH5 } from "./h5Files.ts";

const WIDTH = 0.05;
const DENSE: WeightValue = { shape: [2, 1], values: Float32Array.of(5, 6) };

function mobilenet(seed: number): Backbone {
  return buildBackbone("mobilenet-v1", { random: new Random(seed), width: WIDTH });
}

/** A network's weights by layer, in Keras's order. */
function byLayer(backbone: Backbone): Map<string, Map<string, WeightValue>> {
  const layers = new Map<string, Map<string, WeightValue>>();
  for (const [name, variable] of namedWeights(backbone.model)) {
    const [layer = "", weight = ""] = name.split("/");
    const own = layers.get(layer) ?? new Map<string, WeightValue>();
    layers.set(layer, own.set(weight, { shape: variable.shape, values: variable.dataSync<"float32">().slice() }));
  }
  return layers;
}

/** As weights saved alone: layer/layer/weight:0. */
function weightsTree(layers: ReadonlyMap<string, ReadonlyMap<string, WeightValue>>): H5Tree {
  const groups = [...layers].map(([layer, weights]): [string, H5Tree] => {
    const values = Object.fromEntries([...weights].map(([weight, value]) => [`${weight}:0`, value]));
    const names = [...weights.keys()].map((weight) => `${layer}/${weight}:0`);
    return [layer, { groups: { [layer]: { values } }, attributes: { weight_names: names } }];
  });
  return { groups: Object.fromEntries(groups), attributes: { layer_names: [...layers.keys()] } };
}

/** As a whole model: the network is a layer in it, beside a dense one, and an optimizer has its slots. */
function modelTree(layers: ReadonlyMap<string, ReadonlyMap<string, WeightValue>>): H5Tree {
  const network = [...layers].map(([layer, weights]): [string, H5Tree] => [
    layer,
    { values: Object.fromEntries(weights) },
  ]);
  const random: H5Tree = { values: { seed_generator_state: { shape: [2], values: Int32Array.of(1, 2) } } };
  return {
    attributes: { keras_version: "3.15.1", backend: "tensorflow" },
    groups: {
      model_weights: {
        groups: {
          "mobilenet_0.05_96": { groups: Object.fromEntries(network) },
          dense: { groups: { sequential: { groups: { dense: { values: { kernel: DENSE } } } } } },
          dropout: { groups: { seed_generator: random } },
        },
      },
      optimizer_weights: { groups: { adam: { values: { iteration: { shape: [1], values: Float32Array.of(7) } } } } },
    },
  };
}

/** As Keras 3's weights: layers/class_n/vars/0, with the layer's name beside; in float64 here. */
function numberedTree(layers: ReadonlyMap<string, ReadonlyMap<string, WeightValue>>): H5Tree {
  const groups = [...layers, ["top", new Map([["kernel", DENSE]])] as const].map(([layer, weights], i) => {
    const values = [...weights.values()].map(({ shape, values }, k) => [
      k,
      { shape, values: Float64Array.from(values) },
    ]);
    const kind = weights.has("gamma") ? "batch_normalization" : "conv2d";
    const vars: H5Tree = {
      values: Object.fromEntries(values) as NonNullable<H5Tree["values"]>,
      attributes: { name: layer },
    };
    return [`${kind}_${i}`, { groups: { vars } }] as const;
  });
  return { groups: { layers: { groups: Object.fromEntries(groups) }, vars: {}, optimizer: {} } };
}

/** What Keras 2 called a layer of MobileNet V3. */
function keras2Name(layer: string): string {
  return layer
    .replace(/^(expanded_conv(?:_\d+)?)_/, "$1/")
    .replace("squeeze_excite_", "squeeze_excite/")
    .replace(/(^|\/)conv/, "$1Conv")
    .replace(/_bn$/, "/BatchNorm");
}

/** As weights saved alone by Keras 2, where names with slashes are groups within groups. */
function slashedTree(layers: ReadonlyMap<string, ReadonlyMap<string, WeightValue>>): H5Tree {
  const root: H5Tree = { groups: {} };
  for (const [layer, weights] of layers) {
    const parts = layer.split("/");
    const group = [...parts, ...parts].reduce<H5Tree>((at, part) => ((at.groups ??= {})[part] ??= {}), root);
    group.values = Object.fromEntries([...weights].map(([weight, value]) => [`${weight}:0`, value]));
  }
  return root;
}

describe("Keras's HDF5 files", () => {
  let folder: string;
  let layers: Map<string, Map<string, WeightValue>>;
  const path = (name: string): string => join(folder, name);

  beforeAll(async () => {
    await loadEngine({ engine: "cpu" });
    folder = await mkdtemp(join(tmpdir(), "h5-"));
    layers = byLayer(mobilenet(1));
  });
  afterAll(() => rm(folder, { recursive: true }));

  function expectTheWeights(given: PublishedBackbone): void {
    expect([given.backbone, given.model, given.width]).toEqual(["mobilenet-v1", "MobileNetV1", WIDTH]);
    const backbone = mobilenet(2);
    setKerasWeights(backbone, given);
    expect(byLayer(backbone)).toEqual(layers);
  }

  it("give a backbone its weights, as weights alone, as a whole model and as Keras 3 numbers them", async () => {
    await writeH5(path("alone.h5"), weightsTree(layers), { compressed: true });
    await writeH5(path("model.h5"), modelTree(layers));
    await writeH5(path("net.weights.h5"), numberedTree(layers));
    const read = ["alone.h5", "model.h5", "net.weights.h5"].map((name) => readPublishedBackbone(path(name)));
    const [alone, model, numbered] = await Promise.all(read);
    for (const one of [alone, model, numbered]) expectTheWeights(one as PublishedBackbone);
    expect(alone && describeLeftOut(alone)).toBe(undefined);
    expect(model && describeLeftOut(model)).toBe(
      `${path("model.h5")}: left out, as not of the backbone: dense, dropout`,
    );
    expect(numbered?.leftOut).toEqual(["top"]);
  });

  it("of MobileNet V3 have Keras 2's names with slashes, too, as the published ones do", async () => {
    const build = (seed: number) => buildBackbone("mobilenet-v3-small", { random: new Random(seed), width: 0.28 });
    const made = build(1);
    const old = new Map([...byLayer(made)].map(([layer, weights]) => [keras2Name(layer), weights]));
    expect([...old.keys()].slice(0, 6)).toEqual(["Conv", "Conv/BatchNorm", "expanded_conv/depthwise", "expanded_conv/depthwise/BatchNorm", "expanded_conv/squeeze_excite/Conv", "expanded_conv/squeeze_excite/Conv_1"]); // prettier-ignore
    await writeH5(path("v3.h5"), slashedTree(new Map([...old, ["Logits", new Map([["bias", DENSE]])]])));
    const published = await readPublishedBackbone(path("v3.h5"));
    expect([published.backbone, published.width, published.leftOut]).toEqual(["mobilenet-v3-small", 0.28, ["logits"]]);
    const backbone = build(2);
    setKerasWeights(backbone, published);
    expect(byLayer(backbone)).toEqual(byLayer(made));
  });

  it("give a classifier's weights too to who asks for all", async () => {
    await writeH5(path("all.h5"), modelTree(new Map([["fc1", new Map([["bias", DENSE]])], ["fc2", new Map([["bias", DENSE]])]]))); // prettier-ignore
    const { model, weights, leftOut } = await readKerasWeights(path("all.h5"));
    expect([...weights]).toEqual([
      ["dense/kernel", DENSE],
      ["fc1/bias", DENSE],
      ["fc2/bias", DENSE],
    ]);
    expect([model, leftOut]).toEqual([undefined, ["dropout"]]);
  });

  it("are refused when they are no such file, empty, or of another network", async () => {
    await writeFile(path("text.h5"), "conv1");
    await expect(readPublishedBackbone(path("text.h5"))).rejects.toThrow(`${path("text.h5")}: no file of weights; `);
    await expect(readPublishedBackbone(path("none.h5"))).rejects.toThrow(/none\.h5: there is no such file or folder/);
    await writeFile(path("large.h5"), "");
    await truncate(path("large.h5"), 2 ** 31);
    await expect(readPublishedBackbone(path("large.h5"))).rejects.toThrow(
      /large\.h5: 2147483648 bytes, more than the /,
    );
    await writeH5(path("empty.h5"), {});
    await writeH5(path("other.h5"), weightsTree(new Map([["stem", new Map([["bias", DENSE]])]])));
    const wide = new Map([["conv_pw_13", new Map([["kernel", DENSE]])]]);
    await writeH5(path("wide.h5"), weightsTree(wide));
    await Promise.all([
      expect(readPublishedBackbone(path("empty.h5"))).rejects.toThrow(/empty\.h5: has no weights; /),
      expect(readPublishedBackbone(path("other.h5"))).rejects.toThrow(
        /other\.h5: has the layers stem; known are those of Keras.s MobileNetV1, .* and torchvision.s resnet18, .*efficientnet_b0$/,
      ),
      expect(readPublishedBackbone(path("wide.h5"))).rejects.toThrow(
        /wide\.h5: its layers are those of MobileNetV1, but/,
      ),
    ]);
  });

  it("are read or refused in one line when they are damaged", async () => {
    const sound = await writeH5(path("sound.h5"), weightsTree(new Map([["fc", new Map([["kernel", DENSE]])]])));
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const damage = fc.record({
      cut: fc.option(place),
      bytes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 6 }),
    });
    const outcome = async (name: string): Promise<string | undefined> => {
      try {
        await readKerasWeights(path(name));
      } catch (error) {
        expect(error).toBeInstanceOf(AnchorkitError);
        return (error as AnchorkitError).message;
      }
      return undefined;
    };
    await writeFile(path("cut.h5"), sound.subarray(0, -100));
    expect(await outcome("cut.h5")).toMatch(/cut\.h5: damaged, or cut off: .*truncated.*; take it from a copy$/);
    await fc.assert(
      fc.asyncProperty(damage, async ({ cut, bytes }) => {
        const damaged = Uint8Array.from(sound);
        for (const [at, value] of bytes) damaged[Math.floor(at * sound.length)] = value;
        await writeFile(path("hurt.h5"), damaged.subarray(0, Math.ceil((cut ?? 1) * sound.length)));
        expect((await outcome("hurt.h5")) ?? path("hurt.h5: ")).toMatch(/^[^\n]*hurt\.h5: /);
      }),
      { seed: 3, numRuns: 4 },
    );
  });
});
