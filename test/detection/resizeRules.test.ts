import * as tf from "@tensorflow/tfjs";
import type { RunStep } from "../../src/engine/graph/step.ts";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { placeOnCanvas, RESIZE_RULES, toCanvas, type Preprocessing } from "../../src/base/preprocessing.ts";
import { Random } from "../../src/base/random.ts";
import { unpackBytes } from "../../src/core/ops/bytes.ts";
import { cropImages } from "../../src/core/ops/images.ts";
import { PRESETS } from "../../src/data/augment/presets.ts";
import { trainingBatches } from "../../src/data/batches/trainingBatches.ts";
import type { ImageRecord } from "../../src/data/dataset.ts";
import { ImageStore } from "../../src/data/images/imageStore.ts";
import { detectImages } from "../../src/detection/detectImages.ts";
import { folderOf } from "../data/helpers.ts";
import { engines } from "./support.ts";

type Box = ImageRecord["objects"][number]["box"];

const canvas = { width: 64, height: 48 };
const BYTES = 3 * canvas.width * canvas.height;
const BATCH = 3; // a slot stays empty

/** Two images, wider and narrower than the canvas: dark, with one bright rectangle where the box says. */
async function rectangles(boxes: readonly [Box, Box]): Promise<ImageRecord[]> {
  const sizes = [
    { width: 90, height: 50 },
    { width: 50, height: 91 },
  ];
  const content = sizes.map(({ width, height }, i) => {
    const [x1, y1, x2, y2] = boxes[i] as Box;
    const bright = (x: number, y: number): boolean => x >= x1 && x < x2 && y >= y1 && y < y2;
    const value = (_: unknown, at: number): number =>
      bright(Math.floor(at / 3) % width, Math.floor(at / 3 / width)) ? 230 : 70;
    const data = Uint8Array.from({ length: 3 * width * height }, value);
    return sharp(data, { raw: { width, height, channels: 3 } }).png();
  });
  const buffers = await Promise.all(content.map((image) => image.toBuffer()));
  const folder = await folderOf(Object.fromEntries(buffers.map((buffer, i) => [`${i}.png`, buffer])));
  return sizes.map((size, i) => ({
    id: i + 1,
    file: join(folder, `${i}.png`),
    ...size,
    objects: [{ box: boxes[i] as Box, class: i }],
  }));
}

/** Around the bright pixels of an image on the canvas. */
function brightBox(pixels: ArrayLike<number>): Box {
  const found = Array.from({ length: canvas.width * canvas.height }, (_, i) => i).filter(
    (i) => (pixels[3 * i] ?? 0) > 150,
  );
  const xs = found.map((i) => i % canvas.width);
  const ys = found.map((i) => Math.floor(i / canvas.width));
  return [Math.min(...xs), Math.min(...ys), 1 + Math.max(...xs), 1 + Math.max(...ys)];
}

/** Finds the bright rectangle in each image; `fed` is what it was given last. */
function rectangleDetector(): { run: RunStep; fed: Uint8Array[] } {
  const fed: Uint8Array[] = [];
  return {
    fed,
    run({ images }) {
      const bytes = (unpackBytes(images as tf.Tensor, [BATCH, BYTES]) as tf.Tensor2D).arraySync();
      fed.splice(0, BATCH, ...bytes.map((one) => Uint8Array.from(one)));
      return {
        boxes: tf.tensor3d(fed.map((pixels) => [brightBox(pixels)])),
        scores: tf.ones([BATCH, 1]),
        classes: tf.zeros([BATCH, 1], "int32"),
        valid: tf.ones([BATCH], "int32"),
      };
    },
  };
}

function expectBox(found: ArrayLike<number>, expected: readonly number[], within: number): void {
  expected.forEach((corner, i) => {
    expect(Math.abs((found[i] ?? NaN) - corner), `[${Array.from(found).join(", ")}]`).toBeLessThanOrEqual(within);
  });
}

describe.each(RESIZE_RULES)("under the resize rule %s", (resize) => {
  const preprocessing: Preprocessing = { canvas, resize, fill: 10, mean: [0, 0, 0], deviation: [1, 1, 1] };
  const boxes: [Box, Box] = [
    [24, 9, 70, 38],
    [8, 30, 40, 62],
  ];
  const fitted = (records: ImageRecord[], store: ImageStore) =>
    Promise.all(records.map(async (original, i) => ({ ...(await store.get(i)), original })));

  it("prediction finds objects where they are in the image", async () => {
    const records = await rectangles(boxes);
    const images = await fitted(records, new ImageStore(records, preprocessing));
    const found = await detectImages(rectangleDetector().run, BATCH, images, preprocessing);
    expect(found).toHaveLength(2);
    found.forEach((detections, i) => {
      const { scaleX, scaleY } = placeOnCanvas(records[i] as ImageRecord, preprocessing);
      expectBox(detections.boxes, boxes[i] as Box, 1 / Math.min(scaleX, scaleY));
    });
  });

  it("objects at the border are found as far as they are seen", async () => {
    const records = await rectangles([
      [0, 0, 30, 20],
      [20, 50, 50, 91],
    ]);
    const images = await fitted(records, new ImageStore(records, preprocessing));
    const [wide, narrow] = await detectImages(rectangleDetector().run, BATCH, images, preprocessing);
    // The wide image's left 11 pixels of 86 x 48 are cropped; of the narrow one, the lower 35 of 64 x 116 (34 above).
    expectBox(wide?.boxes ?? [], [resize === "crop" ? (11 * 90) / 86 : 0, 0, 30, 20], 2);
    expectBox(narrow?.boxes ?? [], [20, 50, 50, resize === "crop" ? (82 * 91) / 116 : 91], 2);
  });

  it.each(engines.flatMap((engine) => [1, 1.25].map((oversize) => [engine, oversize] as const)))(
    "an unvaried training batch shows what prediction shows, boxes where the objects are (%s, stored %d times)",
    async (engine, oversize) => {
      await tf.setBackend(engine);
      const records = await rectangles(boxes);
      const store = new ImageStore(records, preprocessing, { oversize });
      const random = new Random(4);
      const source = trainingBatches(store, { batch: 2, preprocessing, augmentation: PRESETS.none, random });
      const { stored, objects } = source;
      const batch = await source.batch(0);
      const shown = tf.tidy(() =>
        cropImages(
          tf.tensor4d(batch.images, [2, stored.height, stored.width, 3], "float32"),
          tf.tensor2d(batch.crops, [2, 4]),
          tf.tensor2d(batch.scale, [2, 3]),
          tf.tensor2d(batch.shift, [2, 3]),
          preprocessing,
        )
          .reshape<tf.Tensor2D>([2, BYTES])
          .arraySync(),
      );
      const detector = rectangleDetector();
      const usual = new ImageStore(records, preprocessing);
      await detectImages(detector.run, BATCH, await fitted(records, usual), preprocessing);
      expect(new Set(batch.files).size).toBe(2);
      batch.files.forEach((file, slot) => {
        const index = records.findIndex((record) => record.file === file);
        const record = records[index] as ImageRecord;
        const box = batch.boxes.subarray(slot * objects * 4, slot * objects * 4 + 4);
        expectBox(box, toCanvas(boxes[index] as Box, placeOnCanvas(record, preprocessing)), 1e-4);
        expectBox(brightBox(shown[slot] as number[]), [...box], 1);
        // Stored larger, edges are a little sharper. The row beside the filling may be filled, too: rounding decides.
        const fed = detector.fed[index] as Uint8Array;
        const off = (shown[slot] as number[]).map((value, i) =>
          value === preprocessing.fill ? 0 : Math.abs(value - (fed[i] as number)),
        );
        expect(Math.max(...off)).toBeLessThan(oversize === 1 ? 0.01 : 60);
      });
    },
  );
});
