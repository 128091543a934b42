import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readKerasWeights } from "../../../src/core/kerasWeights.ts";
import { describeLeftOut, readPublishedBackbone } from "../../../src/core/publishedBackbone.ts";
import type { H5Listed } from "../../../src/core/weights/h5File.ts";
import { withLayerNames } from "../../../src/core/weights/kerasArchive.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { zipOf } from "../../base/zipFixture.ts";
import { readFixture } from "../oracle.ts";

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/tensors/${name}`, import.meta.url));

describe("models that Keras saved as .keras", () => {
  let folder: string;
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    await loadEngine({ engine: "cpu" });
    folder = await mkdtemp(join(tmpdir(), "keras-archive-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(["nested", "nested_unnamed"])("give the weights of a backbone that is a part of them: %s", async (name) => {
    const sums = readFixture(`tensors/${name}.json`) as Record<string, number>;
    const found = await readPublishedBackbone(fixture(`${name}.keras`));
    expect([found.backbone, found.width]).toEqual(["mobilenet-v1", 0.05]);
    expect([...found.weights.keys()].sort()).toEqual(Object.keys(sums).sort());
    for (const [weight, { values }] of found.weights) {
      expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(sums[weight] ?? NaN, 4);
    }
    expect(describeLeftOut(found)).toMatch(
      /\.keras: left out, as not of the backbone: (colours, kinds|kinds, colours)$/,
    );
  });

  it("give all weights to who asks for all", async () => {
    const { weights } = await readKerasWeights(fixture("nested_unnamed.keras"));
    expect(weights.get("kinds/kernel")?.shape).toEqual([51, 2]);
    expect(weights.get("colours/bias")?.shape).toEqual([3]);
  });

  it("are refused when something in them is missing or damaged", async () => {
    const weights = { "model.weights.h5": "no HDF5 file" };
    await writeFile(path("a.keras"), zipOf(weights));
    await expect(readPublishedBackbone(path("a.keras"))).rejects.toThrow(/a\.keras: has no config\.json/);
    await writeFile(path("b.keras"), zipOf({ ...weights, "config.json": "{" }));
    await expect(readPublishedBackbone(path("b.keras"))).rejects.toThrow(/b\.keras: config\.json: not JSON/);
    await writeFile(path("c.keras"), zipOf({ ...weights, "config.json": "{}" }));
    await expect(readPublishedBackbone(path("c.keras"))).rejects.toThrow(
      /c\.keras: config\.json: class_name: must be /,
    );
    const model = JSON.stringify({ class_name: "Functional", config: { name: "m", layers: [] } });
    await writeFile(path("d.keras"), zipOf({ ...weights, "config.json": model }));
    await expect(readPublishedBackbone(path("d.keras"))).rejects.toThrow(/d\.keras: damaged, or cut off: /);
  });
});

test("layers without a name get those of config.json, in the order of their class", () => {
  const listed = (path: string, layer?: string): H5Listed => ({
    ...{ parts: path.split("/"), shape: [1], bytes: 4, chunked: false, layer },
  });
  const layer = (class_name: string, name: string, layers?: unknown[]) => ({ class_name, config: { name, layers } });
  const inner = layer("Functional", "inner", [layer("Dense", "a"), layer("ReLU", "r"), layer("Dense", "b")]);
  const model = layer("Sequential", "outer", [
    layer("DepthwiseConv2D", "d"),
    inner,
    ...Array.from({ length: 11 }, (_, i) => layer("Conv2D", `c${i}`)),
    layer("Embedding", "e1"),
    layer("Embedding", "e2"),
  ]) as Parameters<typeof withLayerNames>[1];
  const paths = [
    "layers/functional/layers/dense_1/vars/0",
    "layers/functional/layers/dense/vars/1",
    "layers/depthwise_conv2d/vars/0",
    ...Array.from({ length: 11 }, (_, i) => `layers/conv2d${i === 0 ? "" : `_${i}`}/vars/0`),
    "layers/embedding/vars/0", // one of two: which?
    "optimizer/vars/0",
  ];
  const named = withLayerNames([...paths.map((path) => listed(path)), listed("layers/dense/vars/0", "own")], model);
  expect(named.map((one) => one.layer)).toEqual([
    ...["b", "a", "d", "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10"],
    ...[undefined, undefined, "own"],
  ]);
});
