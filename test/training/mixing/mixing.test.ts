import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { betaShares } from "../../../src/training/mixing/betaShares.ts";
import { cutmix, drawCutmix } from "../../../src/training/mixing/cutmix.ts";
import { drawMixup, mixup, type MixedBatch } from "../../../src/training/mixing/mixup.ts";
import { engines } from "../../detection/support.ts";

const [n, h, w, c, classes] = [3, 4, 5, 2, 3];
const pixels = Float32Array.from({ length: n * h * w * c }, (_, i) => (i * 7) % 101);
const shares = [1, 0.25, 0];
const partners = [1, 2, 0];
const boxes = [0, 0, 0, 0, 1, 0, 4, 3, 0, 0, w, h]; // none, a part, all
const ints = (values: ArrayLike<number>): tf.Tensor1D => tf.tensor1d(Array.from(values), "int32");

/** What a batch becomes, in plain loops: how much of itself a pixel is, and how much of its target. */
function naive(own: (image: number, y: number, x: number) => number, kept: number[]) {
  const images = Array.from(pixels, (value, i) => {
    const [image, y, x] = [Math.floor(i / (h * w * c)), Math.floor(i / (w * c)) % h, Math.floor(i / c) % w];
    const share = own(image, y, x);
    const other = pixels[i + ((partners[image] ?? 0) - image) * h * w * c] ?? NaN;
    return share * value + (1 - share) * other;
  });
  const targets = kept.flatMap((share, image) =>
    Array.from(
      { length: classes },
      (_, k) => share * Number(k === image) + (1 - share) * Number(k === partners[image]),
    ),
  );
  return { images, targets };
}

const part = (3 * 3) / (h * w);
const expected = {
  mixup: naive((image) => shares[image] ?? NaN, shares),
  cutmix: naive((image, y, x) => Number(image === 0 || (image === 1 && !(x >= 1 && x < 4 && y < 3))), [1, 1 - part, 0]),
};

describe.each(engines)("mixing on %s", (engine) => {
  it.each(["auto", "eager"] as const)("equals plain loops in a step, %s", async (mode) => {
    await tf.setBackend(engine);
    const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });
    const step = {
      inputs: {
        ...{ images: float(n, h, w, c), targets: float(n, classes), shares: float(n), boxes: float(n, 4) },
        partners: { shape: [n], dtype: "int32" as const },
      },
      run(inputs: tf.NamedTensorMap) {
        const batch = inputs as unknown as MixedBatch;
        const to = inputs.partners as tf.Tensor1D;
        const [a, b] = [mixup(batch, to, inputs.shares as tf.Tensor1D), cutmix(batch, to, inputs.boxes as tf.Tensor2D)];
        return { outputs: { "mixup/images": a.images, "mixup/targets": a.targets, "cutmix/images": b.images, "cutmix/targets": b.targets } }; // prettier-ignore
      },
    };
    const program = await compileProgram({ step }, { variables: [], mode });
    const inputs = {
      images: tf.tensor4d(pixels, [n, h, w, c]),
      targets: tf.oneHot(ints([0, 1, 2]), classes).toFloat(),
      ...{ shares: tf.tensor1d(shares), boxes: tf.tensor2d(boxes, [n, 4]), partners: ints(partners) },
    };
    const outputs = program.run("step", inputs);
    for (const [name, { images, targets }] of Object.entries(expected)) {
      const [seen, shown] = [outputs[`${name}/images`]?.dataSync() ?? [], outputs[`${name}/targets`]?.dataSync() ?? []];
      expect(
        Array.from(seen, (v) => Number(v.toFixed(3))),
        name,
      ).toEqual(images.map((v) => Number(v.toFixed(3))));
      expect(
        Array.from(shown, (v) => Number(v.toFixed(5))),
        name,
      ).toEqual(targets.map((v) => Number(v.toFixed(5))));
    }
    tf.dispose([inputs, outputs]);
    program.dispose();
  });
});

describe("what mixing is fed", () => {
  it.each([0.05, 0.2, 1, 4])("shares of Beta(%d, same) have its mean and variance", (alpha) => {
    const drawn = betaShares(new Random(alpha), 20_000, alpha);
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 1);
    expect(drawn.every((x) => x >= 0 && x <= 1)).toBe(true);
  });

  it("partners are all there, boxes lie within the image and take their share of it on average", () => {
    const { partners: order, boxes: drawn } = drawCutmix(new Random(3), 4000, { height: 30, width: 50 });
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 4000 }, (_, i) => i));
    let area = 0;
    for (let i = 0; i < drawn.length; i += 4) {
      const [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN] = drawn.subarray(i, i + 4);
      expect(x1 >= 0 && x1 <= x2 && x2 <= 50 && y1 >= 0 && y1 <= y2 && y2 <= 30).toBe(true);
      area += ((x2 - x1) * (y2 - y1)) / 1500 / 4000;
    }
    expect(area).toBeGreaterThan(0.25); // one half, without what lies beyond the edges
    expect(area).toBeLessThan(0.45);
    expect(drawMixup(new Random(3), 9)).toEqual(drawMixup(new Random(3), 9));
    expect(() => drawMixup(new Random(3), 9, 0)).toThrow("alpha is 0; give more than 0");
  });
});
