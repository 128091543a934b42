import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type Preprocessing, type Size, placeOnCanvas, RESIZE_RULES } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { cropImages } from "../../../src/core/ops/images.ts";
import { Augmentation } from "../../../src/data/augment/description.ts";
import { variationRanges } from "../../../src/data/augment/draw/variation.ts";
import { type TrainingBatch, emptyBatch, setCrop } from "../../../src/data/batches/trainingBatch.ts";
import { trainingBatches, type BatchSource } from "../../../src/data/batches/trainingBatches.ts";
import { type ImageRecord } from "../../../src/data/dataset.ts";
import { ImageStore, type StoredImage } from "../../../src/data/images/imageStore.ts";
import { loadEngine } from "../../../src/engine/load.ts";

beforeAll(() => loadEngine());

/** Grey values of the images, of what is labelled in them, and of the canvas around them. */
const [GREY, BRIGHT, FILL] = [60, 250, 20];
const canvas = { width: 48, height: 64 };
const preprocessing: Preprocessing = { canvas, resize: "fit", fill: FILL, mean: [10, 10, 10], deviation: [5, 5, 5] };

type Box = [number, number, number, number];
const image = (id: number, size: Size, box: Box): ImageRecord => ({
  ...{ id, file: `${id}.png`, ...size, split: "train" },
  objects: [{ box, class: id }],
});
/**
 * A landscape (bands above and below) that is stored at half its size, and a portrait taller than the canvas (bands at
 * both sides) that is stored as it is. Neither box lies in the middle.
 */
const records = [
  image(1, { width: 120, height: 80 }, [16, 8, 64, 40]),
  image(2, { width: 33, height: 80 }, [12, 40, 29, 74]),
];

/** The images that the records tell of. */
class LabelledStore extends ImageStore {
  override get(index: number): Promise<StoredImage> {
    const { width, height } = this.sizeOf(index);
    const { box, scale } = this.#boxOf(index, width);
    const pixels = new Uint8Array(3 * width * height).fill(GREY);
    for (let y = box[1] * scale; y < box[3] * scale; y++) {
      pixels.fill(BRIGHT, 3 * (y * width + box[0] * scale), 3 * (y * width + box[2] * scale));
    }
    return Promise.resolve({ width, height, pixels });
  }

  #boxOf(index: number, width: number): { box: Box; scale: number } {
    const record = this.record(index);
    const [object] = record.objects;
    if (!object) throw new Error("no box");
    return { box: object.box, scale: width / record.width };
  }
}

function sourceOf(operations: unknown[]): BatchSource {
  const store = new LabelledStore(records, preprocessing, { oversize: 1.25 });
  const augmentation = Augmentation.parse({ operations });
  return trainingBatches(store, { batch: 2, preprocessing, augmentation, random: new Random(5) });
}

/** The red of each pixel as the network would see it, 0..255 again: [batch, height, width]. */
function greyOf({ images, crops, scale, shift }: TrainingBatch, { stored }: BatchSource): Float32Array {
  return tf.tidy(() => {
    const pixels = tf.tensor4d(Float32Array.from(images), [2, stored.height, stored.width, 3]);
    const [scales, shifts] = [tf.tensor2d(scale, [2, 3]), tf.tensor2d(shift, [2, 3])];
    const input = cropImages(pixels, tf.tensor2d(crops, [2, 4]), scales, shifts, preprocessing);
    const [mean, deviation] = [preprocessing.mean[0], preprocessing.deviation[0]];
    return input.slice([0, 0, 0, 0], [-1, -1, -1, 1]).mul(deviation).add(mean).dataSync<"float32">();
  });
}

/**
 * Pixels whose centres lie more than `margin` inside the box and are not bright, or lie more than that outside and are:
 * an edge is as wide as a pixel of the stored image, half of that lies on either side of it.
 */
function misplaced(grey: Float32Array, [x1, y1, x2, y2]: Box, margin: number): number {
  const { width, height } = canvas;
  let count = 0;
  grey.forEach((value, i) => {
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    // At a side of the canvas, the box is cut, and what is labelled is not.
    const left = x1 > 0 ? x - x1 : Infinity;
    const above = y1 > 0 ? y - y1 : Infinity;
    const right = x2 < width ? x2 - x : Infinity;
    const below = y2 < height ? y2 - y : Infinity;
    const inside = Math.min(left, above, right, below);
    if (inside > margin && value < BRIGHT - 1) count++;
    if (inside < -margin && value > GREY + 1) count++;
  });
  return count;
}

const flip = { name: "flip", axis: "both" };
const jitter = { name: "scaleJitter", factor: [0.65, 1.5], aspect: 0.2 };

describe.each([
  ["as they are", [], true, 0.5],
  ["mirrored", [flip], true, 0.5],
  ["larger, smaller and moved", [jitter], true, 0.75],
  ["moved and mirrored", [flip, jitter], true, 0.75],
  ["moved and mirrored before they are fed", [flip, jitter, { name: "shift" }], false, 1.3],
  ["cropped and turned before they are fed", [{ name: "turn" }, { name: "crop", area: [0.5, 0.9] }], false, 1.3],
])("images %s", (_, operations, inGraph, margin) => {
  it("show what is labelled where the batch has its box", async () => {
    expect(variationRanges(Augmentation.parse({ operations })) !== undefined).toBe(inGraph);
    const source = sourceOf(operations);
    const seen = new Set<string>();
    let checked = 0;
    for (let index = 0; index < 12; index++) {
      const batch = await source.batch(index);
      const grey = greyOf(batch, source);
      for (const slot of [0, 1]) {
        const at = slot * source.objects;
        if (batch.valid[at] !== 1) continue; // too little of it is on the canvas
        const box = [...batch.boxes.subarray(4 * at, 4 * at + 4)] as Box;
        const own = grey.subarray(slot * canvas.width * canvas.height, (slot + 1) * canvas.width * canvas.height);
        expect(misplaced(own, box, margin), `batch ${index}, ${batch.files[slot]}, box ${box.join()}`).toBe(0);
        expect(`${batch.classes[at]}.png`).toBe(batch.files[slot]);
        seen.add([batch.files[slot], ...box.map(Math.round)].join());
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(15);
    expect(seen.size).toBeGreaterThanOrEqual(operations.length === 0 ? 2 : 6);
  });
});

it("an image that is not varied has its box where fitting it to the canvas puts it", async () => {
  const { files, boxes } = await sourceOf([]).batch(0);
  const boxOf = (file: string): number[] => {
    const slot = files.indexOf(file);
    return [...boxes.subarray(4 * slot, 4 * slot + 4)];
  };
  // 48 x 32 of 120 x 80, 16 pixels down; 26 x 64 of 33 x 80, 11 to the right.
  expect(boxOf("1.png")).toEqual([6.4, 19.2, 25.6, 32].map((x) => expect.closeTo(x, 4) as number));
  const x = (of: number): number => 11 + (of * 26) / 33;
  expect(boxOf("2.png")).toEqual([x(12), 32, x(29), 59.2].map((at) => expect.closeTo(at, 4) as number));
});

const side = fc.integer({ min: 8, max: 1000 });

it.each(RESIZE_RULES)("under %s, a canvas that shows the image's border asks for no pixel before it", (resize) => {
  fc.assert(
    fc.property(fc.record({ width: side, height: side }), (image) => {
      const canvas = { width: 320, height: 240 };
      const placed = placeOnCanvas(image, { canvas, resize });
      const stored = { width: Math.max(placed.width, 320), height: Math.max(placed.height, 240) };
      const batch = emptyBatch(1, stored, 1, 0);
      setCrop(batch, 0, image, placed, stored, placed, canvas);
      const [y1, x1] = batch.crops as unknown as [number, number];
      // Offsets are whole pixels, and so is where the canvas begins on an image that is stored as it is placed.
      const off = (start: number, offset: number) => Math.abs(start + offset) / Math.max(1, Math.abs(offset));
      expect(off(x1 * (stored.width - 1), placed.offsetX)).toBeLessThan(2 ** -21); // float32
      expect(off(y1 * (stored.height - 1), placed.offsetY)).toBeLessThan(2 ** -21);
      if (placed.offsetX === 0) expect(Math.abs(x1)).toBe(0);
      if (placed.offsetY === 0) expect(Math.abs(y1)).toBe(0);
    }),
  );
});
