import { join } from "node:path";
import { rm, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { shrunkJpeg } from "../../../src/data/images/shrunkJpeg.ts";
import { folderOf } from "../helpers.ts";

const header = { width: 640, height: 480, orientation: 1, format: "jpeg" } as const;

/** Soft blots of colour, as photos have them. */
async function photo(width: number, height: number, orientation = 1): Promise<Buffer> {
  const random = new Random(5);
  const small = Uint8Array.from({ length: 40 * 30 * 3 }, () => 255 * random.uniform());
  return sharp(small, { raw: { width: 40, height: 30, channels: 3 } })
    .resize(width, height, { fit: "fill", kernel: "cubic" })
    .withMetadata({ orientation })
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

test("a JPEG is divided by as much as its sides allow and the result needs", () => {
  const to = (width: number, height: number, of: Partial<typeof header> = {}) =>
    shrunkJpeg("a.jpg", { ...header, ...of }, { width, height });
  expect(to(320, 240)).toBe("a.jpg[shrink=2]");
  expect(to(321, 240)).toBeUndefined();
  expect(to(200, 150)).toBe("a.jpg[shrink=2]");
  expect(to(100, 75)).toBe("a.jpg[shrink=4]");
  expect(to(50, 38)).toBe("a.jpg[shrink=8]");
  expect(to(10, 10)).toBeUndefined(); // sharp shrinks such
  expect(to(640, 480)).toBeUndefined();
  expect(shrunkJpeg("a.jpg", { ...header, width: 641 }, { width: 320, height: 240 })).toBeUndefined();
  expect(shrunkJpeg("a.jpg", { ...header, width: 642 }, { width: 100, height: 75 })).toBeUndefined();
  expect(shrunkJpeg("a.png", { ...header, format: "png" }, { width: 320, height: 240 })).toBeUndefined();
});

describe("a file that is shrunk while it is decoded", () => {
  const size = { width: 160, height: 120 };

  test.each(["a.jpg", "a [b].jpg", "a[shrink=4].jpg", 'it\'s "a", b=1.jpg', "zoë 🦝.jpg", "none"])(
    "is the picture that all its pixels give, also when called %s",
    async (name) => {
      const folder = await folderOf({ [name]: await photo(320, 240) });
      const file = join(folder, name);
      const opened = await sharp(shrunkJpeg(file, { ...header, width: 320, height: 240 }, size)).metadata();
      expect([opened.width, opened.height]).toEqual([160, 120]);
      await expectAlike(file);
    },
  );

  test.each([3, 6, 8])("is turned as EXIF says: %i", async (orientation) => {
    const turned = orientation > 4;
    const folder = await folderOf({ "a.jpg": await photo(turned ? 240 : 320, turned ? 320 : 240, orientation) });
    await expectAlike(join(folder, "a.jpg"));
  });

  test("is what lies there now, not what lay there before", async () => {
    const folder = await folderOf({ "a.jpg": await photo(320, 240) });
    const file = join(folder, "a.jpg");
    const before = await decodeImage(file, { size });
    await rm(file);
    const plain = { width: 320, height: 240, channels: 3, background: "black" } as const;
    await writeFile(file, await sharp({ create: plain }).jpeg().toBuffer());
    const after = await decodeImage(file, { size });
    expect(Math.max(...before.data)).toBeGreaterThan(100);
    expect(Math.max(...after.data)).toBeLessThan(5);
  });

  test("is refused by name when it is cut off", async () => {
    const bytes = await photo(320, 240);
    const folder = await folderOf({ "a.jpg": bytes.subarray(0, bytes.length / 2) });
    await expect(decodeImage(join(folder, "a.jpg"), { size })).rejects.toThrow(/a\.jpg: cannot be decoded: /);
  });

  async function expectAlike(file: string): Promise<void> {
    const [shrunk, all] = [await decodeImage(file, { size }), await decodeImage(file)];
    expect(shrunk).toMatchObject({ ...size, originalWidth: 320, originalHeight: 240, scaleX: 0.5, scaleY: 0.5 });
    let sum = 0;
    let largest = 0;
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        for (let c = 0; c < 3; c++) {
          const at = (row: number, column: number) => all.data[(row * 320 + column) * 3 + c] ?? NaN;
          const mean = (at(2 * y, 2 * x) + at(2 * y, 2 * x + 1) + at(2 * y + 1, 2 * x) + at(2 * y + 1, 2 * x + 1)) / 4;
          const difference = Math.abs((shrunk.data[(y * size.width + x) * 3 + c] ?? NaN) - mean);
          sum += difference;
          largest = Math.max(largest, difference);
        }
      }
    }
    expect(sum / shrunk.data.length).toBeLessThan(1);
    expect(largest).toBeLessThan(12);
  }
});
