import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Preprocessing } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { PRESETS } from "../../../src/data/augment/presets.ts";
import type { ImageRecord } from "../../../src/data/dataset.ts";
import { memoryCache, noCache } from "../../../src/data/images/imageCache.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { ImageStore, type ImageStoreOptions } from "../../../src/data/images/imageStore.ts";
import { limiter } from "../../../src/data/parallel.ts";
import { trainingBatches } from "../../../src/data/batches/trainingBatches.ts";
import { folderOf } from "../helpers.ts";

const decoding = vi.hoisted(() => ({ running: 0, most: 0, files: [] as string[] }));

vi.mock("../../../src/data/images/images.ts", async (original) => {
  const real = await original<typeof import("../../../src/data/images/images.ts")>();
  const counted: typeof decodeImage = async (source, options) => {
    decoding.files.push(String(source));
    decoding.most = Math.max(decoding.most, ++decoding.running);
    try {
      return await real.decodeImage(source, options);
    } finally {
      decoding.running--;
    }
  };
  return { ...real, decodeImage: counted };
});

const CANVAS = { width: 64, height: 64 };
const BYTES = 3 * 64 * 48;
const preprocessing: Preprocessing = { canvas: CANVAS, resize: "fit", fill: 9, mean: [0, 0, 0], deviation: [1, 1, 1] };

beforeEach(() => {
  Object.assign(decoding, { most: 0, files: [] });
});
afterEach(idle); // images that were read ahead for nobody

async function idle(): Promise<void> {
  await vi.waitFor(() => {
    expect(decoding.running).toBe(0);
  });
}

/** Images of random bytes, 128 x 96: 64 x 48 on the canvas. */
async function noise(count: number): Promise<ImageRecord[]> {
  const random = new Random(5);
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < count; i++) {
    const pixels = Uint8Array.from({ length: 3 * 128 * 96 }, () => random.int(256));
    const image = sharp(pixels, { raw: { width: 128, height: 96, channels: 3 } });
    files[`noise-${i}.jpg`] = await (i % 2 === 0 ? image.jpeg() : image.png()).toBuffer(); // some take longer
  }
  const folder = await folderOf(files);
  return Object.keys(files).map((name, i) => ({
    id: i + 1,
    file: join(folder, name),
    width: 128,
    height: 96,
    split: "train",
    objects: [{ box: [10, 10, 60, 60], class: 0 }],
  }));
}

/** What eight batches hold, one after another, with what is left of an epoch at its end and the next one's begin. */
async function batchesOf(records: readonly ImageRecord[], options: ImageStoreOptions): Promise<string[]> {
  const store = new ImageStore(records, preprocessing, { oversize: 1.25, ...options });
  const random = new Random(2);
  const source = trainingBatches(store, { batch: 3, preprocessing, augmentation: PRESETS.default, random });
  const digests: string[] = [];
  for (let index = 0; index < 8; index++) {
    const { files, ...tensors } = await source.batch(index);
    const hash = createHash("sha256").update(JSON.stringify(files));
    for (const values of Object.values(tensors)) hash.update(values);
    digests.push(hash.digest("hex"));
  }
  return digests;
}

describe("batches of images", () => {
  it("are the same for a seed, however many are decoded at once and wherever they are kept", async () => {
    const records = await noise(8);
    const expected = await batchesOf(records, {});
    expect(new Set(expected).size).toBe(8);
    for (const workers of [1, 2, 7]) {
      for (const cache of [noCache, memoryCache(3 * BYTES), memoryCache(1e9)]) {
        expect(await batchesOf(records, { decoding: limiter(workers), cache })).toEqual(expected);
      }
    }
  });

  it("never have more images decoded at once than there are workers", async () => {
    const records = await noise(12);
    for (const workers of [1, 3]) {
      decoding.most = 0;
      await batchesOf(records, { decoding: limiter(workers), cache: noCache });
      expect(decoding.most).toBe(workers);
      await idle();
    }
  });

  it("of three batches to come are read while one is used", async () => {
    const records = await noise(20);
    const store = new ImageStore(records, preprocessing, { cache: noCache });
    const source = trainingBatches(store, {
      batch: 2,
      preprocessing,
      augmentation: PRESETS.none,
      random: new Random(1),
    });
    const first = await source.batch(0);
    await idle();
    expect(decoding.files).toHaveLength(2 + 3 * 2);
    expect(decoding.files.slice(0, 2)).toEqual(first.files);
    await Promise.all([1, 2, 3].map((index) => source.batch(index)));
    expect(new Set(decoding.files).size).toBe(decoding.files.length); // none of them was decoded again
  });

  it("name the image that cannot be decoded, in the batch that it belongs to and in no other", async () => {
    const records = await noise(6);
    await writeFile((records[4] as ImageRecord).file, "no image");
    const store = new ImageStore(records, preprocessing);
    const source = trainingBatches(store, {
      batch: 2,
      preprocessing,
      augmentation: PRESETS.none,
      random: new Random(1),
    });
    const results = await Promise.allSettled([0, 1, 2].map((index) => source.batch(index)));
    const failed = results.filter((result) => result.status === "rejected");
    expect(failed.map(({ reason }) => String(reason))).toEqual([
      expect.stringContaining("noise-4.jpg: is no image that can be read"),
    ]);
  });
});

describe("an image store", () => {
  const seen = (records: readonly ImageRecord[]): number[] =>
    records.map(({ file }) => decoding.files.filter((other) => other === file).length);

  it("decodes each image once while the memory has room, and the others each time", async () => {
    const records = await noise(4);
    const store = new ImageStore(records, preprocessing, { cache: memoryCache(2 * BYTES + 100) });
    for (let round = 0; round < 3; round++) for (let i = 0; i < 4; i++) await store.get(i);
    expect(seen(records)).toEqual([1, 1, 3, 3]);
  });

  it("decodes an image once for all who ask while it is under way or was read ahead, kept or not", async () => {
    const records = await noise(2);
    const store = new ImageStore(records, preprocessing, { cache: noCache });
    store.readAhead(1);
    const images = await Promise.all([store.get(0), store.get(0), store.get(1), store.get(1)]);
    expect(seen(records)).toEqual([1, 1]);
    expect(images[0].pixels).toBe(images[1].pixels);
    await store.get(0);
    expect(seen(records)).toEqual([2, 1]);
  });

  it("shares one memory with another store, but no image of another size", async () => {
    const records = await noise(2);
    const cache = memoryCache(1e9);
    const [one, same, larger] = [{ cache }, { cache }, { cache, oversize: 1.5 }].map(
      (options) => new ImageStore(records, preprocessing, options),
    ) as [ImageStore, ImageStore, ImageStore];
    expect((await one.get(0)).pixels).toBe((await same.get(0)).pixels);
    expect(await larger.get(0)).toMatchObject({ width: 96, height: 72 });
    expect(seen(records)).toEqual([2, 0]);
  });

  it("gives what decodeImage gives", async () => {
    const records = await noise(1);
    const { file } = records[0] as ImageRecord;
    const { data } = await decodeImage(file, { size: { width: 64, height: 48 } });
    const { pixels } = await new ImageStore(records, preprocessing).get(0);
    expect(Buffer.compare(pixels, data)).toBe(0);
  });

  it("tries again what failed", async () => {
    const records = await noise(1);
    const { file } = records[0] as ImageRecord;
    const content = await readFile(file);
    const store = new ImageStore(records, preprocessing);
    await writeFile(file, content.subarray(0, 100));
    await expect(store.get(0)).rejects.toThrow("noise-0.jpg");
    await writeFile(file, content);
    await expect(store.get(0)).resolves.toMatchObject({ width: 64, height: 48 });
  });
});
