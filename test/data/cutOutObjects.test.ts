import { join } from "node:path";
import { readdir, rename } from "node:fs/promises";
import fc from "fast-check";
import sharp from "sharp";
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { cutOutObjects } from "../../src/data/cutOutObjects.ts";
import type { Dataset, ImageRecord, LabelledObject } from "../../src/data/dataset.ts";
import { exportLabels } from "../../src/data/exportLabels.ts";
import { fittedRecords } from "../../src/data/images/canvasImages.ts";
import { channelStatistics } from "../../src/data/images/channelStatistics.ts";
import { checkImages } from "../../src/data/images/checkImages.ts";
import { diskCache } from "../../src/data/images/diskCache.ts";
import { memoryCache } from "../../src/data/images/imageCache.ts";
import { ImageStore } from "../../src/data/images/imageStore.ts";
import { manifestOf } from "../../src/data/split/manifest.ts";
import { resumedData } from "../../src/data/split/resumedData.ts";
import { folderOf } from "./helpers.ts";

type Box = LabelledObject["box"];

function imageOf(objects: LabelledObject[], also: Partial<ImageRecord> = {}): ImageRecord {
  return { id: 7, file: "/photos/a.jpg", width: 100, height: 60, objects, ...also };
}

test("each object that is trained on is an image with its class, the split of its image and a number of its own", () => {
  const { classes, images } = cutOutObjects({
    classes: ["cat", "dog"],
    images: [
      imageOf([{ box: [30, 20, 50, 30], class: 1 }, { box: [1, 1, 9, 9], class: 0, difficult: true }, { box: [1, 1, 9, 9], class: 0, crowd: true }], { split: "val", labels: [0], fields: { site: "north" } }),
      imageOf([]),
      imageOf([{ box: [0, 0, 100, 60], class: 0 }, { box: [90.5, 50.25, 98, 58], class: 1 }], { file: "/photos/b.jpg" }),
    ],
  }); // prettier-ignore
  expect(classes).toEqual(["cat", "dog"]);
  expect(images).toEqual([
    { id: 1, file: "/photos/a.jpg", split: "val", fields: { site: "north" }, objects: [], labels: [1], crop: [28, 19, 52, 31], width: 24, height: 12 },
    { id: 2, file: "/photos/b.jpg", objects: [], labels: [0], crop: [0, 0, 100, 60], width: 100, height: 60 },
    // 90.5 - 0.75 = 89.75, 50.25 - 0.775 = 49.475, 98 + 0.75 = 98.75, 58 + 0.775 = 58.775
    { id: 3, file: "/photos/b.jpg", objects: [], labels: [1], crop: [89, 49, 99, 59], width: 10, height: 10 },
  ]); // prettier-ignore
});

test("crops are in whole pixels of the image, hold the box with its margin, and no pixel more than that", () => {
  const ends = (side: number) =>
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1e-3, max: 1, noNaN: true })).map(([at, long]) => {
      const from = at * (side - 0.01);
      return [from, from + long * (side - from)] as const;
    }); // prettier-ignore
  const cases = fc.tuple(ends(100), ends(60), fc.constantFrom(0, 0.1, 0.25, 3));
  fc.assert(
    fc.property(cases, ([[x1, x2], [y1, y2], margin]) => {
      const { images } = cutOutObjects({ classes: ["a"], images: [imageOf([{ box: [x1, y1, x2, y2], class: 0 }])] }, { margin }); // prettier-ignore
      const { crop = [], width, height } = images[0] ?? imageOf([]);
      expect(crop.every(Number.isInteger)).toBe(true);
      const wanted = [x1 - margin * (x2 - x1), y1 - margin * (y2 - y1), x2 + margin * (x2 - x1), y2 + margin * (y2 - y1)]; // prettier-ignore
      for (const [i, limit] of [100, 60, 100, 60].entries()) {
        const inside = Math.min(limit, Math.max(0, wanted[i] ?? NaN));
        expect(Math.abs((crop[i] ?? NaN) - inside)).toBeLessThanOrEqual(1);
        expect(i < 2 ? (crop[i] ?? NaN) <= inside + 1e-5 : (crop[i] ?? NaN) >= inside - 1e-5).toBe(true);
      }
      const [left = 0, top = 0, right = 0, bottom = 0] = crop;
      expect([width, height]).toEqual([right - left, bottom - top]);
      expect(Math.min(width, height)).toBeGreaterThan(0);
    }),
  );
});

test("an object of what is a crop itself is cut out of the file", () => {
  const image = imageOf([{ box: [10, 5, 20, 15], class: 0 }], { crop: [200, 300, 300, 360] });
  const { images } = cutOutObjects({ classes: ["a"], images: [image] }, { margin: 0 });
  expect(images[0]?.crop).toEqual([210, 305, 220, 315]);
});

test("a margin below 0, and a data set without objects, are refused", () => {
  const dataset = { classes: ["a"], images: [imageOf([])] };
  expect(() => cutOutObjects(dataset, { margin: -0.1 })).toThrow("margin must be a share of the box's sides, 0 or more, got -0.1"); // prettier-ignore
  expect(() => cutOutObjects(dataset, { margin: Infinity })).toThrow(/got Infinity/);
  expect(() => cutOutObjects(dataset)).toThrow("none of 1 images has an object to cut out");
});

/** A photo of four colours, turned by EXIF, with an object in each quarter; and its cut out objects. */
async function quarters(): Promise<{ folder: string; dataset: Dataset }> {
  const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 100, 50]]; // prettier-ignore
  const rows = [0, 0, 0, 2, 2].map((row) => [0, 0, 0, 0, 1, 1, 1].map((column) => colours[row + column] ?? []));
  const pixels = Uint8Array.from(rows.flat(2));
  const shown = sharp(pixels, { raw: { width: 7, height: 5, channels: 3 } });
  const stored = await shown.rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
  const folder = await folderOf({ "a.png": stored });
  const boxes: Box[] = [[0, 0, 4, 3], [4, 0, 7, 3], [0, 3, 4, 5], [4, 3, 7, 5]]; // prettier-ignore
  const objects = boxes.map((box, i): LabelledObject => ({ box, class: i }));
  const image = { id: 1, file: join(folder, "a.png"), width: 7, height: 5, split: "train", objects } as const;
  return { folder, dataset: cutOutObjects({ classes: ["r", "g", "b", "x"], images: [image] }, { margin: 0 }) };
}

const framing = { canvas: { width: 6, height: 8 }, resize: "stretch" } as const;

test("crops of one file are images and cache entries of their own, in memory and on disk, read ahead and in chunks", async () => {
  const { folder, dataset } = await quarters();
  const disk = join(folder, "cache");
  for (const cache of [
    memoryCache(1e6),
    await diskCache(disk, { limit: 1e6 }),
    await diskCache(disk, { limit: 1e6 }),
  ]) {
    const store = new ImageStore(dataset.images, framing, { cache });
    for (let i = 0; i < store.length; i++) store.readAhead(i);
    const means: number[][] = [];
    for await (const chunk of fittedRecords(store, 3)) {
      for (const { pixels, width, height, original } of chunk) {
        expect(original).toEqual(dataset.images[means.length]);
        expect(pixels).toHaveLength(3 * width * height);
        means.push([...pixels.subarray(0, 3)]);
        expect(pixels.every((value, at) => value === pixels[at % 3])).toBe(true); // a quarter has one colour
      }
    }
    expect(means).toEqual([[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 100, 50]]); // prettier-ignore
    const { mean } = await channelStatistics(store);
    expect(mean).toEqual([455 / 4, 355 / 4, 305 / 4]);
  }
  expect(await readdir(disk)).toHaveLength(4);
});

test("stored larger than on the canvas, a crop is not larger than it is", async () => {
  const { dataset } = await quarters();
  const store = new ImageStore(
    dataset.images,
    { canvas: { width: 2, height: 2 }, resize: "stretch" },
    { oversize: 1.5 },
  );
  expect([store.sizeOf(0), store.sizeOf(3)]).toEqual([{ width: 3, height: 3 }, { width: 3, height: 2 }]); // prettier-ignore
  expect([...(await store.get(3)).pixels.subarray(0, 3)]).toEqual([200, 100, 50]);
});

test("damage of a file is found in its crops", async () => {
  const { dataset } = await quarters();
  const folder = await folderOf({ "a.png": "none" });
  const images = dataset.images.map((image) => ({ ...image, file: join(folder, "a.png") }));
  await checkImages(dataset.images, new AbortController().signal);
  await expect(checkImages(images, new AbortController().signal)).rejects.toThrow(/a\.png: is no image/);
});

test("a training on crops is resumed with each of them in its place, in any order, also when the file is called otherwise", async () => {
  const { folder, dataset } = await quarters();
  const images = dataset.images.map((image, i) => ({ ...image, split: i === 2 ? "val" : "train" }) as const);
  const manifest = await manifestOf({ ...dataset, images });
  await rename(join(folder, "a.png"), join(folder, "z.png"));
  const shuffled = new Random(2).shuffle(images.map((image) => ({ ...image, file: join(folder, "z.png") })));
  const { images: resumed } = await resumedData(manifest, { ...dataset, images: shuffled });
  expect(resumed.map(({ crop, split, labels }) => [crop, split, labels])).toEqual(
    images.map(({ crop, split, labels }) => [crop, split, labels]),
  );
});

test("crops are not exported as if they were their files", async () => {
  const { folder, dataset } = await quarters();
  await expect(exportLabels(dataset, "folders", join(folder, "out"))).rejects.toThrow(
    /image 1 is a crop of .*a\.png, and formats hold whole files/,
  );
});
