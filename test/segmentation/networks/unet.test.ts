import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { Architecture, type UnetArchitecture, UPSAMPLINGS } from "../../../src/segmentation/networks/architecture.ts";
import { buildUnet } from "../../../src/segmentation/networks/unet.ts";
import { validSizes } from "../../../src/segmentation/networks/unetSizes.ts";

const build = (settings: Partial<UnetArchitecture>, outputs = 3) =>
  buildUnet(Architecture.parse({ kind: "unet", ...settings }) as UnetArchitecture, outputs, new Random(1));
const noise = (height: number, width: number, n = 1): tf.Tensor4D =>
  tf.randomNormal([n, height, width, 3], 0, 1, "float32", height);

/** Weights of a default U-Net, counted by hand: kernels, and four numbers of normalisation for each channel. */
function defaultCount(filters: number, depth: number, outputs: number): number {
  const two = (from: number, to: number): number => 9 * from * to + 9 * to * to + 8 * to;
  let count = filters * outputs + outputs;
  for (let level = 0; level < depth; level++) {
    const c = filters * 2 ** level;
    count += two(level === 0 ? 3 : c / 2, c) + 4 * 2 * c * c + two(2 * c, c);
  }
  return count + two(filters * 2 ** (depth - 1), filters * 2 ** depth);
}

describe("a U-Net", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it("has the paper's levels and names, and no bias before a normalisation", () => {
    const { model, margin, alignment, outputLayers, backbone } = build({}, 2);
    expect([margin, alignment, outputLayers, backbone]).toEqual([0, 16, ["outputs"], undefined]);
    expect(model.countParams()).toBe(defaultCount(16, 4, 2));
    expect(build({ filters: 6, depth: 2 }, 5).model.countParams()).toBe(defaultCount(6, 2, 5));
    const names = model.layers.map(({ name }) => name);
    expect(names.slice(0, 9)).toEqual(["image", "down1_conv1", "down1_conv1_bn", "down1_conv1_relu", "down1_conv2", "down1_conv2_bn", "down1_conv2_relu", "down1_pool", "down2_conv1"]); // prettier-ignore
    expect(names.slice(-10)).toEqual(["up1_enlarge", "up1_crop", "up1_join", "up1_conv1", "up1_conv1_bn", "up1_conv1_relu", "up1_conv2", "up1_conv2_bn", "up1_conv2_relu", "outputs"]); // prettier-ignore
    const biases = model.weights.filter(({ originalName }) => originalName.endsWith("/bias"));
    expect(biases.map(({ originalName }) => originalName)).toEqual(["outputs/bias"]);
  });

  const sizes = [{ height: 37, width: 50 }, { height: 1, width: 15 }, { height: 64, width: 33 }]; // prettier-ignore
  it.each(UPSAMPLINGS)("that enlarges by %s takes images of any size", (upsampling) => {
    const { model } = build({ upsampling, filters: 4 });
    for (const { height, width } of sizes) {
      const y = model.predict(noise(height, width, 2)) as tf.Tensor;
      expect(y.shape).toEqual([2, height, width, 3]);
      expect(y.isFinite().all().dataSync()[0]).toBe(1);
    }
  });

  it.each([
    ["small", 4],
    ["small", 5],
    ["mobilenet-v1", 3],
    ["mobilenet-v2", 2],
  ] as const)("has %s as its encoder down to %i poolings", (name, depth) => {
    const { model, backbone, alignment } = build({ backbone: name, depth, filters: 4, width: 0.25 });
    expect((model.predict(noise(37, 50)) as tf.Tensor).shape).toEqual([1, 37, 50, 3]);
    expect(alignment).toBe(2 ** depth);
    expect(backbone?.features.at(-1)?.stride).toBe(2 ** depth);
    const own = new Set(model.weights);
    expect(backbone?.model.weights.every((weight) => own.has(weight))).toBe(true);
    const [, fine] = [0, 1].map((i) => model.getLayer(`up${i + 1}_join`).output as tf.SymbolicTensor);
    expect(fine?.shape.at(-1)).toBe(4 * 4); // 2 filters from below, 2 filters of the stem
  });

  it("sees borders where they are, with a backbone, too", () => {
    // One pixel changes: the scores of the pixel itself change more than those a few pixels off.
    const { model } = build({ backbone: "small", filters: 8 }, 1);
    const image = noise(64, 64);
    const dot = tf.buffer(image.shape);
    dot.set(3, 0, 30, 21, 1);
    const [y, after] = [image, image.add(dot.toTensor())].map((x) => model.predict(x) as tf.Tensor);
    const change = (y as tf.Tensor).sub(after as tf.Tensor).abs().reshape([64, 64]).arraySync() as number[][]; // prettier-ignore
    expect(change[30]?.[21]).toBeGreaterThan(3 * (change[22]?.[13] ?? Infinity));
  });

  it.each<[Partial<UnetArchitecture>, string]>([
    [{ backbone: "small", padding: "valid" }, 'unet: the backbone small pads its maps; take padding "same", or no backbone'],
    [{ backbone: "small", upsampling: "unpooling" }, "unet: the backbone small remembers no maxima for unpooling; take another upsampling"],
    [{ backbone: "small", depth: 6 }, "unet: the backbone small has maps for a depth of 2 to 5, and depth is 6"],
  ])("refuses what excludes each other, in one line, and keeps no tensors: %#", (settings, message) => {
    const before = tf.memory().numTensors;
    expect(() => build(settings)).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  }); // prettier-ignore
});

describe("a U-Net of valid convolutions", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it("is the paper's: 572 pixels of the image for 388, of which 384 are a multiple of 16", () => {
    expect(validSizes({ depth: 4, upsampling: "transposed" })).toEqual({ margin: (572 - 384) / 2, cut: 2 });
    expect(validSizes({ depth: 1, upsampling: "nearest" })).toEqual({ margin: 8, cut: 0 });
    const { margin } = build({ padding: "valid", filters: 1 });
    expect(margin).toBe(94);
  });

  it.each(UPSAMPLINGS)("gives of a window what it gives of the whole image, by %s", (upsampling) => {
    const depth = 3;
    const { model, margin, alignment } = build({ padding: "valid", upsampling, depth, filters: 3 });
    expect(alignment).toBe(8);
    const image = noise(40 + 2 * margin, 32 + 2 * margin);
    const whole = model.predict(image) as tf.Tensor4D;
    expect(whole.shape).toEqual([1, 40, 32, 3]);
    for (const [top, left, height, width] of [[8, 16, 24, 8], [0, 8, 8, 16]] as const) {
      const seen = image.slice([0, top, left, 0], [1, height + 2 * margin, width + 2 * margin, 3]);
      const window = model.predict(seen) as tf.Tensor4D;
      const expected = whole.slice([0, top, left, 0], [1, height, width, 3]);
      expect(window.shape).toEqual(expected.shape);
      expect(window.sub(expected).abs().max().dataSync()[0]).toBeLessThan(1e-5);
    }
    expect(whole.sub(whole.mean()).abs().mean().dataSync()[0]).toBeGreaterThan(0.05); // it does say something
  }); // prettier-ignore

  it("unpools by the switches of the same places", () => {
    const { model, margin } = build({ padding: "valid", upsampling: "unpooling", depth: 2, filters: 3 });
    const [, all] = model.getLayer("down1_pool").output as tf.SymbolicTensor[];
    const outputs = [all as tf.SymbolicTensor, model.getLayer("up1_switches").output as tf.SymbolicTensor];
    const image = noise(8 + 2 * margin, 12 + 2 * margin);
    const [whole, used] = tf.model({ inputs: model.inputs, outputs }).predict(image) as [tf.Tensor4D, tf.Tensor4D];
    const [rows, columns] = [whole.shape[1] - used.shape[1], whole.shape[2] - used.shape[2]];
    expect([rows, columns]).toEqual([16, 16]); // two levels' convolutions
    const middle = whole.slice([0, rows / 2, columns / 2, 0], used.shape);
    expect([...used.dataSync()]).toEqual([...middle.dataSync()]);
    expect(new Set(used.dataSync())).toEqual(new Set([0, 1, 2, 3]));
  });

  it("lays its output over the middle of its input", () => {
    // A bright pixel in the middle of what is to be labelled: the change is centred on it.
    const { model, margin } = build({ padding: "valid", depth: 2, filters: 4 }, 1);
    const [height, width] = [24, 28];
    const image = tf.zeros([1, height + 2 * margin, width + 2 * margin, 3]);
    const dot = tf.buffer(image.shape);
    for (const [i, j] of [[11, 13], [11, 14], [12, 13], [12, 14]] as const) dot.set(9, 0, i + margin, j + margin, 0); // prettier-ignore
    const [y, after] = [image, dot.toTensor()].map((x) => model.predict(x) as tf.Tensor);
    const change = (y as tf.Tensor).sub(after as tf.Tensor).abs().reshape([height, width]).arraySync() as number[][]; // prettier-ignore
    const places = change.flatMap((row, i) => row.map((value, j) => ({ value, i, j })));
    const total = places.reduce((sum, { value }) => sum + value, 0);
    const centre = (axis: "i" | "j"): number => places.reduce((sum, one) => sum + one.value * one[axis], 0) / total;
    expect(Math.abs(centre("i") - 11.5)).toBeLessThan(1.5);
    expect(Math.abs(centre("j") - 13.5)).toBeLessThan(1.5);
  });
});
