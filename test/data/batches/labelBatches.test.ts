import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { Preprocessing } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { transformImages } from "../../../src/core/ops/transformImages.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import { changeColours, colourMapOf } from "../../../src/data/augment/apply/colour.ts";
import { Augmentation, operationsByKind } from "../../../src/data/augment/description.ts";
import { emptyWarpedBatch, setColours } from "../../../src/data/batches/warpedBatch.ts";
import type { ColourChange, PixelChange } from "../../../src/data/augment/draw/draw.ts";
import { CLASSIFIER_PRESETS } from "../../../src/data/augment/presets.ts";
import { type LabelBatch, labelBatches } from "../../../src/data/batches/labelBatches.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import { ImageStore, type StoredImage } from "../../../src/data/images/imageStore.ts";
import { loadEngine } from "../../../src/engine/load.ts";

await loadEngine({ engine: "cpu" });

const preprocessing: Preprocessing = {
  canvas: { width: 48, height: 32 },
  resize: "fit",
  fill: 110,
  mean: [100, 110, 120],
  deviation: [50, 60, 70],
};

const RECORDS: ImageRecord[] = Array.from({ length: 7 }, (_, id) => ({
  ...{ id, file: `image-${id}.png`, width: 60 + 10 * id, height: 50 },
  labels: id === 6 ? [0, 2] : [id % 3],
  objects: [{ box: [20, 10, 50, 40] as [number, number, number, number], class: id % 3 }],
}));

/** Images with a soft pattern: warping is exact up to its bends. */
class PatternStore extends ImageStore {
  override get(index: number): Promise<StoredImage> {
    const size = this.sizeOf(index);
    const pixels = Uint8Array.from({ length: 3 * size.width * size.height }, (_, i) => {
      const at = Math.floor(i / 3);
      const [x, y] = [(at % size.width) / size.width, Math.floor(at / size.width) / size.height];
      return Math.round(128 + 80 * Math.sin(3 * x + 2 * y + index) + 10 * (i % 3));
    });
    return Promise.resolve({ ...size, pixels });
  }
}

function source(augmentation: Augmentation, threads?: AugmentThreads) {
  const store = new PatternStore(RECORDS, preprocessing, { oversize: 1.25 });
  const options = { batch: 3, preprocessing, augmentation, classes: 3, random: new Random(5) };
  return labelBatches(store, { ...options, ...(threads && { threads }) });
}

/** What a network would see of a batch, as its graph makes it. */
function seen(batch: LabelBatch, stored: { width: number; height: number }): Float32Array {
  return tf.tidy(() => {
    const images = tf.tensor4d(Float32Array.from(batch.images), [3, stored.height, stored.width, 3]);
    const { canvas, fill } = preprocessing;
    const pixels = transformImages(images, tf.tensor2d(batch.transforms, [3, 8]), {
      ...{ interpolation: "bilinear", fillMode: "constant", fillValue: fill },
      size: [canvas.height, canvas.width],
    });
    const flat = pixels.reshape([3, -1, 3]);
    const mixed = tf.matMul(flat, tf.tensor3d(batch.colours, [3, 3, 3]), false, true);
    return mixed.add(tf.tensor3d(batch.shift, [3, 1, 3])).dataSync<"float32">();
  });
}

const { geometric } = operationsByKind(CLASSIFIER_PRESETS.default);
/** Does nothing, but is none of what the graph does. */
const slow = { name: "blur", probability: 0 };

describe("batches for classifiers", () => {
  it("come again for the same number, and go through all images in each epoch", async () => {
    const batches = source(CLASSIFIER_PRESETS.default);
    expect(batches.stepsPerEpoch).toBe(3);
    const first = await batches.batch(0);
    expect(await source(CLASSIFIER_PRESETS.default).batch(0)).toEqual(first);
    const files = (await Promise.all([0, 1, 2, 3, 4, 5, 6].map((i) => batches.batch(i)))).flatMap((one) => one.files);
    for (const epoch of [0, 1, 2]) expect(new Set(files.slice(7 * epoch, 7 * epoch + 7)).size).toBe(7);
  });

  it("hold the labels of their images", async () => {
    const { files, targets } = await source(CLASSIFIER_PRESETS.none).batch(1);
    files.forEach((file, slot) => {
      const { labels = [] } = RECORDS.find((record) => record.file === file) ?? {};
      expect([...targets.subarray(3 * slot, 3 * slot + 3)]).toEqual([0, 1, 2].map((k) => (labels.includes(k) ? 1 : 0)));
    });
  });

  it("show in the graph what they show when they are made here", async () => {
    const inGraph = source(Augmentation.parse({ operations: geometric }));
    const here = source(Augmentation.parse({ operations: [...geometric, slow] }));
    expect(here.stored).toEqual(preprocessing.canvas);
    expect(inGraph.stored).not.toEqual(preprocessing.canvas);
    for (const index of [0, 4]) {
      const [a, b] = [await inGraph.batch(index), await here.batch(index)];
      expect(b.targets).toEqual(a.targets);
      expect(b.boxes).toEqual(a.boxes);
      const [left, right] = [seen(a, inGraph.stored), seen(b, here.stored)];
      const far = left.reduce((count, value, i) => count + (Math.abs(value - (right[i] as number)) > 0.06 ? 1 : 0), 0);
      expect(far / left.length).toBeLessThan(0.04); // rims alone, where the fill shines in
    }
  });

  it("change colours as they are changed here", () => {
    const changes = [
      { name: "contrast", factor: 0.7 },
      { name: "hue", degrees: 20 },
      { name: "gain", factors: [0.9, 1.1, 1.05] },
    ] as const;
    const pixels = Uint8Array.from([120, 90, 140]);
    const batch = emptyWarpedBatch(1, { width: 1, height: 1 }, 0);
    setColours(batch, 0, preprocessing, colourMapOf(changes.map((change) => ({ ...change }) as PixelChange)));
    const values = [0, 1, 2].map((c) =>
      [0, 1, 2].reduce((sum, k) => sum + (batch.colours[3 * c + k] ?? 0) * (pixels[k] ?? 0), batch.shift[c] ?? 0),
    );
    changeColours(
      pixels,
      changes.map((change) => ({ ...change }) as ColourChange),
    );
    values.forEach((value, c) => {
      const [mean, deviation] = [preprocessing.mean[c] ?? 0, preprocessing.deviation[c] ?? 1];
      expect(Math.abs(value * deviation + mean - (pixels[c] ?? 0))).toBeLessThan(0.51);
    });
    expect(colourMapOf([{ name: "gamma", exponent: 2 }])).toBeUndefined();
  });

  it("mix colours where the augmentation does", () => {
    expect(source(CLASSIFIER_PRESETS.default).mixesColours).toBe(false);
    expect(source(Augmentation.parse({ operations: [{ name: "hue" }] })).mixesColours).toBe(true);
  });

  it("mix the labels of images that shine through each other", async () => {
    const operations = [{ name: "mixup", probability: 1, weight: [0.25, 0.25] }];
    const threads = new AugmentThreads(1);
    try {
      const { targets, files } = await source(Augmentation.parse({ operations }), threads).batch(0);
      files.forEach((file, slot) => {
        const row = [...targets.subarray(3 * slot, 3 * slot + 3)];
        const { labels = [] } = RECORDS.find((record) => record.file === file) ?? {};
        for (const label of labels) expect(row[label]).toBeGreaterThanOrEqual(0.75);
        expect(row.every((share) => [0, 0.25, 0.75, 1].includes(share))).toBe(true);
      });
    } finally {
      await threads.close();
    }
  });

  it("place the box of the object where it lies on the canvas", async () => {
    const { boxes, files } = await source(CLASSIFIER_PRESETS.none).batch(0);
    files.forEach((file, slot) => {
      const { width = 0, height = 0 } = RECORDS.find((record) => record.file === file) ?? {};
      const scale = Math.min(48 / width, 32 / height);
      const left = Math.floor((48 - Math.round(width * scale)) / 2);
      const top = Math.floor((32 - Math.round(height * scale)) / 2);
      const [x1 = NaN, y1 = NaN, x2 = NaN] = boxes.subarray(4 * slot, 4 * slot + 4);
      expect(x1 * 48).toBeCloseTo(20 * scale + left, 0);
      expect(y1 * 32).toBeCloseTo(10 * scale + top, 0);
      expect((x2 - x1) * 48).toBeCloseTo(30 * scale, 0);
    });
  });

  it("refuse augmentations that leave no single class", () => {
    const operations = [{ name: "mosaic" }];
    expect(() => source(Augmentation.parse({ operations }))).toThrow("augmentation: mosaic is for detectors");
  });
});
