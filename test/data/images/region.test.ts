import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { type DecodedImage, decodeImage } from "../../../src/data/images/images.ts";
import { bmp } from "../bmpWriter.ts";
import { folderOf } from "../helpers.ts";

/** Random pixels of unequal sides, so that a swap of x and y or a wrong offset shows. */
function noise(width: number, height: number): Sharp {
  const random = new Random(3);
  const pixels = Uint8Array.from({ length: 3 * width * height }, () => random.int(256));
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The part of a decoded image, cut out pixel by pixel. */
function cut({ data, width }: DecodedImage, [x1, y1, x2, y2]: readonly [number, number, number, number]): Uint8Array {
  const rows = Array.from({ length: y2 - y1 }, (_, y) => data.subarray(3 * ((y1 + y) * width + x1), 3 * ((y1 + y) * width + x2))); // prettier-ignore
  return Buffer.concat(rows);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "a region is of the image as it is shown: EXIF orientation %i",
  async (orientation) => {
    const shown = orientation > 4 ? [23, 41] : [41, 23];
    for (const format of ["png", "jpeg"] as const) {
      const bytes = await noise(41, 23).withMetadata({ orientation }).toFormat(format).toBuffer();
      const whole = await decodeImage(bytes);
      expect([whole.width, whole.height]).toEqual(shown);
      const [w = 0, h = 0] = shown;
      for (const region of [[0, 0, w, h], [3, 7, 16, 12], [w - 5, 0, w, 9], [0, h - 2, 1, h]] as const) {
        const part = await decodeImage(bytes, { region });
        const [width, height] = [region[2] - region[0], region[3] - region[1]];
        expect(part).toMatchObject({ width, height, originalWidth: width, originalHeight: height, scaleX: 1, scaleY: 1 });
        expect(Buffer.compare(part.data, cut(whole, region))).toBe(0);
      } // prettier-ignore
    }
  },
);

test.each([1, 6])("it is cut out before it is resized, smaller and larger: EXIF orientation %i", async (orientation) => {
  const folder = await folderOf({
    "a.png": await noise(64, 40).withMetadata({ orientation }).png().toBuffer(),
    // a size at which a whole JPEG would be shrunk while it is decoded
    "a.jpg": await noise(256, 160).withMetadata({ orientation }).jpeg().toBuffer(),
  });
  for (const [name, times] of [["a.png", 1], ["a.jpg", 4]] as const) {
    const file = join(folder, name);
    const region = [5 * times, 3 * times, 27 * times, 38 * times] as const;
    const part = await decodeImage(file, { region });
    const alone = await sharp(part.data, { raw: { width: part.width, height: part.height, channels: 3 } }).png().toBuffer();
    for (const size of [{ width: 9, height: 14 }, { width: 100, height: 35 }, { width: 50, height: 200 }]) {
      const seen: unknown[] = [];
      const resized = await decodeImage(file, { region, size: (own) => (seen.push(own), size) });
      expect(seen).toEqual([{ width: 22 * times, height: 35 * times }]);
      expect(resized).toMatchObject({ ...size, originalWidth: 22 * times, scaleY: size.height / (35 * times) });
      expect(Buffer.compare(resized.data, (await decodeImage(alone, { size })).data)).toBe(0);
    }
  }
}); // prettier-ignore

test("other kinds of images have regions, too", async () => {
  const region = [1, 2, 4, 3] as const;
  const pixels = new Uint8Array(await noise(5, 4).raw().toBuffer());
  const rows = Array.from({ length: 4 }, (_, y) =>
    Array.from({ length: 5 }, (__, x) => [...pixels.subarray(3 * (5 * y + x), 3 * (5 * y + x) + 3)]),
  );
  const files = [
    await noise(5, 4).tiff({ compression: "lzw" }).toBuffer(),
    await noise(5, 4).webp({ lossless: true }).toBuffer(),
    bmp(rows, { bits: 24 }),
  ];
  for (const bytes of files) {
    const { data } = await decodeImage(bytes, { region });
    expect([...data]).toEqual((rows[2] ?? []).slice(1, 4).flat());
  }
});

test("a region that is empty, leaves the image or has fractions is refused with the image's size", async () => {
  const folder = await folderOf({ "a.png": await noise(40, 30).png().toBuffer() });
  for (const region of [[0, 0, 41, 30], [0, 0, 40, 31], [-1, 0, 4, 4], [4, 4, 4, 8], [0, 9, 5, 8], [0.5, 0, 4, 4], [0, 0, NaN, 4]] as const) {
    await expect(decodeImage(join(folder, "a.png"), { region })).rejects.toThrow(
      `a.png: the region ${region.join(", ")} (x1, y1, x2, y2) must be of whole pixels inside the image, which has 40 x 30`,
    );
  }
}); // prettier-ignore
