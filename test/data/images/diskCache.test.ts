import { readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskCache } from "../../../src/data/images/diskCache.ts";
import type { ImageKey, ImageCache } from "../../../src/data/images/imageCache.ts";
import { folderOf } from "../helpers.ts";

/** Of each image here. */
const PIXELS = 3 * 4 * 2;
const ENTRY = 20 + PIXELS;

interface Fixture {
  images: ImageKey[];
  folder: string;
}

async function fixture(count = 4): Promise<Fixture> {
  const names = Array.from({ length: count }, (_, i) => `image-${i}.jpg`);
  const source = await folderOf(Object.fromEntries(names.map((name) => [name, name])));
  return {
    images: names.map((name) => ({ file: join(source, name), form: "4x2" })),
    folder: join(await folderOf({}), "cache", "images"),
  };
}

/** Asks for images, and tells which of them were decoded; all bytes of an image are its index. */
async function decodedOf(cache: ImageCache, { images }: Fixture, ask = [...images.keys()]): Promise<number[]> {
  const decoded: number[] = [];
  for (const index of ask) {
    const pixels = await cache.get(images[index] as ImageKey, () => {
      decoded.push(index);
      return Promise.resolve(new Uint8Array(PIXELS).fill(index));
    });
    expect([...pixels]).toEqual(Array<number>(PIXELS).fill(index));
  }
  return decoded;
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

describe("the disk cache", () => {
  it("keeps images for this training and for later ones", async () => {
    const fix = await fixture();
    const cache = await diskCache(fix.folder, { limit: 1e6 });
    expect(await decodedOf(cache, fix)).toEqual([0, 1, 2, 3]);
    expect(await decodedOf(cache, fix)).toEqual([]);
    expect(await decodedOf(await diskCache(fix.folder, { limit: 1e6 }), fix)).toEqual([]);
    expect(await bytesIn(fix.folder)).toBe(4 * ENTRY);
  });

  it("keeps each size of an image", async () => {
    const { images, folder } = await fixture(1);
    const cache = await diskCache(folder, { limit: 1e6 });
    const [small] = images as [ImageKey];
    const turned = { ...small, form: "2x4" };
    for (const [value, image] of [small, turned, small, turned].entries()) {
      const pixels = await cache.get(image, () => Promise.resolve(new Uint8Array(PIXELS).fill(value)));
      expect(pixels[0]).toBe(value % 2);
    }
  });

  it("decodes an image anew that was changed since, and takes the old entry's place", async () => {
    const fix = await fixture();
    await decodedOf(await diskCache(fix.folder, { limit: 1e6 }), fix);
    const [first, second] = fix.images as [ImageKey, ImageKey];
    await writeFile(first.file, "another size");
    await utimes(second.file, 1e9, 1e9);
    const cache = await diskCache(fix.folder, { limit: 1e6 });
    expect(await decodedOf(cache, fix)).toEqual([0, 1]);
    expect(await decodedOf(cache, fix)).toEqual([]);
    expect(await readdir(fix.folder)).toHaveLength(4);
  });

  it.each<[string, (entry: Buffer) => Buffer]>([
    ["cut off", (entry) => entry.subarray(0, -1)],
    ["empty", () => Buffer.alloc(0)],
    ["too long", (entry) => Buffer.concat([entry, Buffer.from("x")])],
    ["with one bit of a pixel turned", (entry) => entry.fill((entry[30] as number) ^ 1, 30, 31)],
    ["with another header", (entry) => entry.fill((entry[17] as number) ^ 1, 17, 18)],
  ])("decodes an image anew whose entry is %s", async (_, damage) => {
    const fix = await fixture(2);
    const cache = await diskCache(fix.folder, { limit: 1e6 });
    await decodedOf(cache, fix);
    for (const name of await readdir(fix.folder)) {
      const path = join(fix.folder, name);
      await writeFile(path, damage(await readFile(path)));
    }
    expect(await decodedOf(cache, fix)).toEqual([0, 1]);
    expect(await decodedOf(cache, fix)).toEqual([]);
  });

  it("never takes more bytes than its limit, and keeps what came first", async () => {
    const fix = await fixture();
    const limit = 2.5 * ENTRY;
    const cache = await diskCache(fix.folder, { limit });
    for (let round = 0; round < 3; round++) {
      expect(await decodedOf(cache, fix)).toEqual(round === 0 ? [0, 1, 2, 3] : [2, 3]);
      expect(await bytesIn(fix.folder)).toBe(2 * ENTRY);
    }
  });

  it("makes room by what earlier trainings left, not by what is in use", async () => {
    const fix = await fixture();
    await decodedOf(await diskCache(fix.folder, { limit: 3 * ENTRY }), fix, [0, 1, 2]);
    const cache = await diskCache(fix.folder, { limit: 3 * ENTRY });
    expect(await decodedOf(cache, fix, [1, 3])).toEqual([3]); // in the place of 0 or 2
    expect(await bytesIn(fix.folder)).toBe(3 * ENTRY);
    expect(await decodedOf(cache, fix, [1, 3])).toEqual([]);
  });

  it("clears away the longest unused first, half-written files among them", async () => {
    const fix = await fixture();
    await decodedOf(await diskCache(fix.folder, { limit: 4 * ENTRY }), fix, [0, 1, 2]);
    const left = join(fix.folder, "0123.rgb.99-abcd.tmp");
    await writeFile(left, Buffer.alloc(ENTRY));
    await utimes(left, 1e9, 1e9);
    const cache = await diskCache(fix.folder, { limit: 4 * ENTRY });
    expect(await decodedOf(cache, fix, [3])).toEqual([3]);
    expect(await decodedOf(cache, fix)).toEqual([]);
  });

  it("is shared by two that write at the same time", async () => {
    const fix = await fixture(40);
    const caches = await Promise.all([1, 2].map(() => diskCache(fix.folder, { limit: 1e6 })));
    await Promise.all(caches.map((cache) => decodedOf(cache, fix)));
    expect(await readdir(fix.folder)).toHaveLength(40);
    for (const cache of caches) expect(await decodedOf(cache, fix)).toEqual([]);
  });

  it("passes on what is wrong with an image", async () => {
    const fix = await fixture(1);
    const cache = await diskCache(fix.folder, { limit: 1e6 });
    const fail = () => Promise.reject(new Error("cat.jpg: no such file"));
    await expect(cache.get(fix.images[0] as ImageKey, fail)).rejects.toThrow("cat.jpg");
    await expect(cache.get({ file: "/nowhere/cat.jpg", form: "4x2" }, fail)).rejects.toThrow("cat.jpg");
    expect(await readdir(fix.folder)).toEqual([]);
  });

  it("goes on without keeping when the folder is gone bad, and says so once", async () => {
    const fix = await fixture(3);
    const warnings: string[] = [];
    const { folder } = fix;
    const cache = await diskCache(folder, { limit: 1e6, warn: (text) => warnings.push(text) });
    await rm(folder, { recursive: true });
    await writeFile(folder, "a file in the folder's place");
    expect(await decodedOf(cache, fix)).toEqual([0, 1, 2]);
    expect(warnings).toEqual([expect.stringContaining("no more images are kept there")]);
  });

  it("that cannot be made is explained", async () => {
    const folder = await folderOf({ occupied: "a file" });
    await expect(diskCache(join(folder, "occupied", "images"), { limit: 1 })).rejects.toThrow(
      /occupied.*cannot keep decoded images there .*in memory/,
    );
  });
});
