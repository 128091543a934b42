import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CropTo,
  MaxPoolWithSwitches,
  MaxUnpool,
  SubpixelShuffle,
  TransposedUpsampling,
} from "../../../../src/core/index.ts";
import { readWeights, saveModel } from "../../../../src/core/modelFiles.ts";
import { namedWeights, setWeights } from "../../../../src/core/namedWeights.ts";
import { loadEngine } from "../../../../src/engine/load.ts";

/** All the layers in one model: pooled and unpooled, shuffled to twice the size, thrice enlarged, cut twice. */
function everyLayer(): tf.LayersModel {
  const image = tf.input({ shape: [null, null, 4] });
  const [pooled, switches] = new MaxPoolWithSwitches({ name: "pool" }).apply(image) as tf.SymbolicTensor[];
  const back = new MaxUnpool({ name: "back" }).apply([pooled, switches] as tf.SymbolicTensor[]);
  const large = new SubpixelShuffle({ name: "shuffle" }).apply(back) as tf.SymbolicTensor;
  const thrice = new TransposedUpsampling({ name: "thrice", factor: 3 }).apply(large) as tf.SymbolicTensor;
  const middle = new CropTo({ name: "middle", keep: "middle" }).apply([thrice, large]) as tf.SymbolicTensor;
  const outputs = new CropTo({ name: "start" }).apply([middle, image]) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs });
}

describe("the layers that enlarge and cut maps", () => {
  let folder: string;
  beforeAll(async () => {
    await loadEngine();
    folder = await mkdtemp(join(tmpdir(), "upsampling-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("come back from model.json and weights.bin with their settings, weights and numbers", async () => {
    const model = everyLayer();
    expect(model.outputs[0]?.shape).toEqual([null, null, null, 1]);
    const kernel = namedWeights(model).get("thrice/kernel") as tf.Variable;
    expect(kernel.shape).toEqual([5, 5, 1]);
    kernel.assign(tf.randomNormal([5, 5, 1], 0, 1, "float32", 1));
    await saveModel(model, folder);
    const { modelTopology } = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as { modelTopology: object };
    const loaded = await tf.models.modelFromJSON({ modelTopology } as never);
    setWeights(loaded, await readWeights(folder), folder);
    expect(loaded.layers.map((layer) => layer.getConfig())).toEqual(model.layers.map((layer) => layer.getConfig()));
    expect(loaded.layers.map((layer) => layer.constructor)).toEqual(model.layers.map((layer) => layer.constructor));
    const x = tf.randomNormal([2, 7, 6, 4], 0, 1, "float32", 2);
    const [y, again] = [model, loaded].map((one) => one.predict(x) as tf.Tensor);
    expect(y?.shape).toEqual([2, 7, 6, 1]);
    expect([...(again?.dataSync() ?? [])]).toEqual([...(y?.dataSync() ?? [])]);
  }); // prettier-ignore

  it("cut from the first row on or to the middle", () => {
    const x = tf.range(0, 20).reshape([1, 4, 5, 1]);
    const like = tf.zeros([1, 2, 2, 7]);
    const cut = (keep: "start" | "middle"): number[] => [
      ...(new CropTo({ keep }).apply([x, like]) as tf.Tensor).dataSync(),
    ];
    expect(cut("start")).toEqual([0, 1, 5, 6]);
    expect(cut("middle")).toEqual([6, 7, 11, 12]);
  });

  it("start as bilinear interpolation where they learn", () => {
    const up = new TransposedUpsampling({ factor: 4 });
    const ramp = tf.range(0, 6).reshape([1, 1, 6, 1]).tile([1, 3, 1, 2]);
    const y = up.apply(ramp) as tf.Tensor4D;
    expect(y.shape).toEqual([1, 12, 24, 2]);
    const row = y.slice([0, 5, 0, 1], [1, 1, 24, 1]).dataSync();
    for (let j = 2; j < 22; j++) expect(row[j]).toBeCloseTo((j + 0.5) / 4 - 0.5, 5);
    expect([row[0], row[1], row[22], row[23]]).toEqual([0, 0, 5, 5]);
    const level = up.apply(tf.fill([1, 3, 2, 2], -1.5)) as tf.Tensor4D;
    expect(tf.equal(level, -1.5).all().dataSync()[0]).toBe(1);
  });

  const input = (...shape: (number | null)[]): tf.SymbolicTensor => tf.input({ shape });
  it.each<[() => unknown, string]>([
    [() => new SubpixelShuffle({ factor: 1.5, name: "s" }), "SubpixelShuffle s: factor must be a whole number of 1 or more, got 1.5"],
    [() => new TransposedUpsampling({ factor: 0, name: "t" }), "TransposedUpsampling t: factor must be a whole number of 1 or more, got 0"],
    [() => new SubpixelShuffle({ name: "s" }).apply(input(4, 4, 6)), "SubpixelShuffle s: 6 channels are no multiple of 4"],
    [() => new TransposedUpsampling({ name: "t" }).apply(input(4, 4, null)), "TransposedUpsampling t: the number of channels must be known"],
    [() => new MaxUnpool({ name: "u" }).apply([input(4, 4, 6), input(4, 4, 5)]), "MaxUnpool u: takes [x, switches] with as many channels, got"],
    [() => new CropTo({ name: "c" }).apply(input(4, 4, 6)), "CropTo c: takes [x, like], both of rank 4, got"],
    [() => new CropTo({ name: "c" }).apply([tf.zeros([1, 4, 4, 1]), tf.zeros([1, 5, 3, 1])]), "CropTo c: cannot cut 4 x 4 to 5 x 3"],
  ])("are refused in one line where they make no sense: %#", (make, message) => {
    expect(make).toThrow(message);
  }); // prettier-ignore
});
