import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Preprocessing } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { AugmentThreads } from "../../../src/data/augment/augmentThreads.ts";
import { PRESETS, withFlip, type Flip } from "../../../src/data/augment/presets.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import { ImageStore, type StoredImage } from "../../../src/data/images/imageStore.ts";
import type { TrainingBatch } from "../../../src/data/batches/trainingBatch.ts";
import { trainingBatches, type BatchSource } from "../../../src/data/batches/trainingBatches.ts";

/** Made by the augmentation that the measured trainings had, before there was any other. */
interface Fixture {
  images: ImageRecord[];
  preprocessing: Omit<Preprocessing, "resize">;
  /** Batches 0 and 7 of each flip; of the images the first value. */
  batches: Record<Flip, Record<keyof TrainingBatch, number[]>[]>;
}

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/default-augmentation.json", import.meta.url), "utf8"),
) as Fixture;
const preprocessing: Preprocessing = { ...fixture.preprocessing, resize: "fit" };
const { canvas } = preprocessing;

/** Images of one value each: their index. */
class BlankStore extends ImageStore {
  override get(index: number): Promise<StoredImage> {
    const size = this.sizeOf(index);
    return Promise.resolve({ ...size, pixels: new Uint8Array(3 * size.width * size.height).fill(index) });
  }
}

function source(augmentation = PRESETS.default, seed = 3, threads?: AugmentThreads): BatchSource {
  const store = new BlankStore(fixture.images, preprocessing, { oversize: 1.25 });
  const random = new Random(seed);
  return trainingBatches(store, { batch: 4, preprocessing, augmentation, random, ...(threads && { threads }) });
}

/** The pixels as a digest: comparing them one by one takes seconds. */
function comparable({ images, ...rest }: TrainingBatch): unknown {
  return { ...rest, images: createHash("sha256").update(images).digest("hex") };
}

describe("batches of the default augmentation", () => {
  it.each(["horizontal", "both", "none"] as const)("are to the last bit what they were, flip %s", async (flip) => {
    const batches = source(withFlip(PRESETS.default, flip));
    const { width, height } = batches.stored;
    for (const [i, index] of [0, 7].entries()) {
      const { files, images, ...numbers } = await batches.batch(index);
      const { images: firstValues, ...expected } = fixture.batches[flip][i] as Record<keyof TrainingBatch, number[]>;
      expect([0, 1, 2, 3].map((slot) => images[slot * width * height * 3])).toEqual(firstValues);
      expect(files).toEqual(firstValues.map((value) => `image-${value + 1}.png`));
      expect(Object.fromEntries(Object.entries(numbers).map(([name, list]) => [name, [...list]]))).toEqual(expected);
    }
  });

  it("flip horizontally unless told otherwise", async () => {
    const flipped = source(withFlip(PRESETS.default, "horizontal"));
    expect(comparable(await source().batch(2))).toEqual(comparable(await flipped.batch(2)));
  });
});

describe("batches of a strong augmentation", () => {
  it("lie on the canvas already, and their objects too", async () => {
    const batches = source(PRESETS.strong);
    expect(batches.stored).toEqual(canvas);
    for (let index = 0; index < 8; index++) {
      const { crops, scale, boxes, valid, ignored, images } = await batches.batch(index);
      expect([...crops]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
      expect([...scale.subarray(0, 3)]).toEqual([...Float32Array.of(1 / 50, 1 / 55, 1 / 60)]);
      expect(images.every((value) => value >= 0 && value <= 255)).toBe(true);
      valid.forEach((value, i) => {
        const [x1, y1, x2, y2] = boxes.subarray(4 * i) as unknown as [number, number, number, number];
        if (value + (ignored[i] as number) === 0) expect([x1, y1, x2, y2]).toEqual([0, 0, 0, 0]);
        else expect(0 <= x1 && x1 < x2 && x2 <= canvas.width && 0 <= y1 && y1 < y2 && y2 <= canvas.height).toBe(true);
      });
    }
  });

  it("are the same in whatever order, and however many at once, they are asked for", async () => {
    const inTurn = source(PRESETS.strong);
    const expected: unknown[] = [];
    for (let index = 0; index < 5; index++) expected.push(comparable(await inTurn.batch(index)));
    const atOnce = source(PRESETS.strong);
    const backwards = await Promise.all([4, 3, 2, 1, 0].map((index) => atOnce.batch(index)));
    expect(backwards.reverse().map(comparable)).toEqual(expected);
    expect(comparable(await source(PRESETS.strong, 4).batch(0))).not.toEqual(expected[0]);
  });

  it("have room for the objects of four images of a mosaic, one of a mixup and what is pasted", () => {
    expect(source(PRESETS.default).objects).toBe(3);
    expect(source(PRESETS.strong).objects).toBe(4 * 3 + 3 + 3);
  });
});

it("without augmentation, images lie as prediction has them", async () => {
  const batches = source(PRESETS.none);
  const { width, height } = batches.stored;
  const found = (await Promise.all([0, 1].map((index) => batches.batch(index))))
    .flatMap(({ crops, files }) => files.map((file, slot) => ({ file, crop: crops.subarray(4 * slot, 4 * slot + 4) })))
    .find(({ file }) => file === "image-1.png"); // 640 x 480, stored at 200 x 150
  const sides = [height, width, height, width];
  const [y1, x1, y2, x2] = [...(found?.crop ?? [])].map((value, i) => value * ((sides[i] ?? NaN) - 1) + 0.5);
  // The image is 160 x 120 on the canvas, 4 pixels down: a pixel of the canvas is 1.25 of the stored image.
  expect([x1, y1]).toEqual([expect.closeTo(0.625, 4), expect.closeTo((0.5 - 4) * 1.25, 4)]);
  expect([x2, y2]).toEqual([expect.closeTo(159.5 * 1.25, 4), expect.closeTo((127.5 - 4) * 1.25, 4)]);
});

it(
  "batches that other threads make are the same, in whatever order they are asked for",
  { timeout: 30_000 },
  async () => {
    const threads = new AugmentThreads(2);
    try {
      const [here, there] = [source(PRESETS.strong), source(PRESETS.strong, 3, threads)];
      for (const index of [0, 1, 2, 7, 3, 3]) {
        expect(comparable(await there.batch(index))).toEqual(comparable(await here.batch(index)));
      }
    } finally {
      await threads.close();
    }
  },
);
