import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import sharp, { type JpegOptions, type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { decodeSmallJpeg } from "../../../src/data/images/smallJpeg.ts";

/** Soft blobs and noise. */
function picture(width: number, height: number, seed = 1): Sharp {
  const random = new Random(seed);
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => 128 + 100 * Math.sin(i / 50 + 2 * (i % 3)) + random.int(28)); // prettier-ignore
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** What sharp gives, colour profiles left out. */
const sharpBytes = (jpeg: Uint8Array): Promise<Buffer> =>
  sharp(jpeg, { ignoreIcc: true }).toColourspace("srgb").raw().toBuffer();

describe("decodeSmallJpeg", () => {
  const kinds: JpegOptions[] = [
    {},
    { progressive: true },
    { chromaSubsampling: "4:4:4" },
    { quality: 20, chromaSubsampling: "4:2:0", progressive: true },
    { mozjpeg: true },
  ];
  it.each(kinds)("gives the bytes that sharp gives: %j", async (options) => {
    for (const [width, height] of [[1, 1], [17, 8], [37, 53], [64, 64], [255, 257]] as const) {
      const jpeg = await picture(width, height).jpeg(options).toBuffer();
      const decoded = await decodeSmallJpeg(jpeg);
      expect(decoded).toMatchObject({ width, height, channels: 3 });
      expect(Buffer.compare(decoded?.data ?? Buffer.alloc(0), await sharpBytes(jpeg))).toBe(0);
    }
  }); // prettier-ignore

  it("triples grey", async () => {
    const jpeg = await picture(31, 20).toColourspace("b-w").jpeg().toBuffer();
    const { data } = (await decodeSmallJpeg(jpeg)) ?? { data: Buffer.alloc(0) };
    expect(data).toHaveLength(31 * 20 * 3);
    expect(Buffer.compare(data, await sharpBytes(jpeg))).toBe(0);
  });

  it("converts a colour profile, within 1 of sharp", async () => {
    const jpeg = await picture(60, 50).withIccProfile("p3").jpeg().toBuffer();
    const { data } = (await decodeSmallJpeg(jpeg)) ?? { data: Buffer.alloc(0) };
    const expected = await sharp(jpeg).toColourspace("srgb").raw().toBuffer();
    expect(data).toHaveLength(expected.length);
    expect(Math.max(...data.map((value, i) => Math.abs(value - (expected[i] ?? NaN))))).toBeLessThanOrEqual(1);
    const unchanged = await sharpBytes(jpeg);
    expect(data.some((value, i) => Math.abs(value - (unchanged[i] ?? NaN)) > 5)).toBe(true);
  });

  it("leaves to sharp what is large, turned, inked, cut off or no JPEG", async () => {
    const small = await picture(20, 20).jpeg().toBuffer();
    const left = [
      await picture(257, 256).jpeg().toBuffer(),
      await picture(20, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      await picture(20, 20).toColourspace("cmyk").jpeg().toBuffer(),
      await picture(20, 20).png().toBuffer(),
      small.subarray(0, small.length - 40),
      Buffer.alloc(0),
    ];
    for (const bytes of left) expect(await decodeSmallJpeg(bytes)).toBeUndefined();
    expect(await decodeSmallJpeg(small)).toBeDefined(); // also after one that was cut off
  });

  it("several at once do not disturb each other", async () => {
    const jpegs = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        picture(20 + i, 30, i)
          .jpeg()
          .toBuffer(),
      ),
    );
    const decoded = await Promise.all(jpegs.map((jpeg) => decodeSmallJpeg(jpeg)));
    for (const [i, jpeg] of jpegs.entries()) {
      expect(Buffer.compare(decoded[i]?.data ?? Buffer.alloc(0), await sharpBytes(jpeg))).toBe(0);
    }
  });

  it("what sharp refuses is not decoded, whatever the bytes", async () => {
    const jpeg = await picture(40, 30).jpeg().toBuffer();
    const edits = fc.array(fc.tuple(fc.nat(jpeg.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const bytes = Buffer.from(jpeg);
        for (const [at, value] of list) bytes[at] = value;
        const decoded = await decodeSmallJpeg(bytes);
        if (!decoded) return;
        await expect(sharp(bytes, { failOn: "error" }).raw().toBuffer()).resolves.toBeDefined();
        expect(decoded.data).toHaveLength(decoded.width * decoded.height * 3);
      }),
      { numRuns: 200 },
    );
  });
});

it("decodeImage refuses a small JPEG by name, as it does large ones", async () => {
  const jpeg = await picture(20, 20).jpeg().toBuffer();
  await expect(decodeImage(jpeg, { maxPixels: 399 })).rejects.toThrow("image: has 20 x 20 pixels, more than the limit");
  await expect(decodeImage(jpeg, { region: [0, 0, 21, 3] })).rejects.toThrow(AnchorkitError);
  await expect(decodeImage(jpeg.subarray(0, jpeg.length - 40))).rejects.toThrow("image: cannot be decoded");
});

const data = join(import.meta.dirname, "../../../../shared/data");
it.skipIf(!existsSync(data))("agrees with sharp on files of many makers", { timeout: 60_000 }, async () => {
  const files = ["robustness", "sign-digits"].flatMap((folder) =>
    readdirSync(join(data, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.jpe?g$/i.test(name))
      .map((name) => join(data, folder, name)),
  );
  let compared = 0;
  for (const file of files.slice(0, 200)) {
    const bytes = await readFile(file);
    const decoded = await decodeSmallJpeg(bytes);
    if (!decoded) continue;
    const expected = await sharp(bytes).toColourspace("srgb").raw().toBuffer();
    decoded.data.forEach((value, i) => {
      if (Math.abs(value - (expected[i] ?? NaN)) > 1) throw new Error(`${file}: byte ${i} differs`);
    });
    compared++;
  }
  expect(compared).toBeGreaterThan(50);
});
