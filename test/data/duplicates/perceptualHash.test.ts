import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { NEAR_DUPLICATE_BITS, nearDuplicates } from "../../../src/data/duplicates/nearDuplicates.ts";
import {
  differingBits,
  hashDistance,
  hashHalves,
  perceptualHash,
} from "../../../src/data/duplicates/perceptualHash.ts";
import { scene } from "../helpers.ts";

describe("copies of one image", () => {
  let scenes: Buffer[];
  let hashes: string[];
  beforeAll(async () => {
    scenes = await Promise.all(Array.from({ length: 12 }, (_, seed) => scene(seed)));
    hashes = await Promise.all(scenes.map((image) => perceptualHash(image)));
  });

  const copies: [string, (image: Buffer) => Promise<Buffer>][] = [
    ["half as large", (image) => sharp(image).resize(320).png().toBuffer()],
    ["twice as large", (image) => sharp(image).resize(1280).jpeg().toBuffer()],
    ["recompressed", (image) => sharp(image).jpeg({ quality: 30 }).toBuffer()],
    ["brighter", (image) => sharp(image).linear(1.05, 8).png().toBuffer()],
    ["cropped by 1 %", (image) => sharp(image).extract({ left: 6, top: 5, width: 628, height: 470 }).png().toBuffer()],
    ["turned by EXIF only", (image) => sharp(image).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer()],
  ];
  test.each(copies)("%s, are near-duplicates", async (_, copy) => {
    for (const [i, image] of scenes.entries()) {
      const distance = hashDistance(await perceptualHash(await copy(image)), hashes[i] ?? "");
      expect(distance).toBeLessThanOrEqual(NEAR_DUPLICATE_BITS);
    }
  });

  test.each([
    ["mirrored", (image: Buffer) => sharp(image).flop()],
    ["upside down", (image: Buffer) => sharp(image).flip()],
    ["turned", (image: Buffer) => sharp(image).rotate(90)],
    ["inverted", (image: Buffer) => sharp(image).negate()],
  ])("%s, are not", async (_, copy) => {
    for (const [i, image] of scenes.entries()) {
      const changed = await perceptualHash(await copy(image).png().toBuffer());
      expect(hashDistance(changed, hashes[i] ?? "")).toBeGreaterThan(16);
    }
  });

  test("different images are far from each other", () => {
    expect(nearDuplicates(hashes, 14)).toEqual([]);
  });
});

test("the bits say which frequencies exceed the median: of cos(pi (2 x + 1) u / 64) along x and y, one alone", async () => {
  const wave = (i: number, u: number) => Math.cos(((2 * i + 1) * u * Math.PI) / 64);
  const pixels = Uint8Array.from({ length: 32 * 32 }, (_, i) =>
    Math.round(128 + 100 * wave(i % 32, 2) * wave(Math.floor(i / 32), 3)),
  );
  const hash = await perceptualHash(
    await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
      .png()
      .toBuffer(),
  );
  // u = 2 along x and v = 3 along y: third row of eight, second bit in it
  expect(Number.parseInt(hash.slice(4, 6), 16) & 0x40).toBe(0x40);
});

test("images of one colour, without any structure, have the same hash", async () => {
  for (const background of ["black", "#7f3311", "white"]) {
    const flat = await sharp({ create: { width: 45, height: 31, channels: 3, background } })
      .png()
      .toBuffer();
    expect(await perceptualHash(flat)).toBe("0000000000000000");
  }
});

test("stripes are told apart by where they are and which way they run", async () => {
  const striped = (left: number, top: number, width: number, height: number) => {
    const stripe = { create: { width, height, channels: 3, background: "white" } } as const;
    const image = sharp({ create: { width: 60, height: 40, channels: 3, background: "#803020" } });
    return image.composite([{ input: stripe, left, top }]);
  };
  const images = [striped(0, 0, 20, 40), striped(40, 0, 20, 40), striped(20, 0, 20, 40), striped(0, 0, 60, 15)];
  const hashes = await Promise.all(images.map(async (image) => perceptualHash(await image.png().toBuffer())));
  expect(nearDuplicates(hashes)).toEqual([]);
  const large = await sharp(await striped(0, 0, 20, 40).png().toBuffer())
    .resize(600, 400)
    .toBuffer();
  expect(hashDistance(await perceptualHash(large), hashes[0] ?? "")).toBeLessThanOrEqual(NEAR_DUPLICATE_BITS);
});

test("the distance counts bits", () => {
  expect(hashDistance("0000000000000000", "ffffffffffffffff")).toBe(64);
  expect(hashDistance("8000000000000001", "0000000000000000")).toBe(2);
  expect(hashDistance("00000000FFFFFFFF", "00000000ffffffff")).toBe(0);
  expect(differingBits(...hashHalves("0000000f00000000"), 0, 3)).toBe(6);
});

test("what is no hash, or no image, is refused", async () => {
  expect(() => hashDistance("12", "0000000000000000")).toThrow(AnchorkitError);
  expect(() => hashHalves("000000000000000g")).toThrow('must be 16 hexadecimal digits, got "000000000000000g"');
  await expect(perceptualHash("gone.jpg")).rejects.toThrow("gone.jpg: no such file");
});

const data = join(import.meta.dirname, "../../../../shared/data");
describe.skipIf(!existsSync(data))("real pictures", () => {
  const pairsIn = async (folder: string, step = 1) => {
    const files = (await readdir(join(data, folder))).filter((_, i) => i % step === 0);
    const hashes = await Promise.all(files.map((file) => perceptualHash(join(data, folder, file))));
    return nearDuplicates(hashes).map(({ a, b }) => `${files[a] ?? ""} ${files[b] ?? ""}`);
  };

  test("of blood cells, which all look alike, two are near-duplicates: one field of view, taken twice", async () => {
    expect(await pairsIn("bccd/JPEGImages")).toEqual(["BloodImage_00037.jpg BloodImage_00038.jpg"]);
  });

  test("of raccoons, those that are in the set twice are found", async () => {
    expect(await pairsIn("raccoon/images")).toHaveLength(8);
  });

  test("of nuclei, none", async () => {
    expect(await pairsIn("nuclei256/images")).toEqual([]);
  });
});
