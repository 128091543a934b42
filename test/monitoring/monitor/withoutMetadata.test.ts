import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../../../src/data/images/images.ts";
import { strippedJpeg, withoutMetadata } from "../../../src/monitoring/monitor/withoutMetadata.ts";

const noise = () => {
  const data = Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 7919) % 251);
  return sharp(data, { raw: { width: 48, height: 32, channels: 3 } });
};
const EXIF = { IFD0: { Artist: "Jane Doe", Copyright: "her place" } };
const jpeg = (options: object = {}) =>
  noise()
    .withExif(EXIF)
    .jpeg({ quality: 90, ...options })
    .toBuffer();

async function expectSamePixels(a: Uint8Array, b: Uint8Array): Promise<void> {
  const [first, second] = [await decodeImage(a), await decodeImage(b)];
  expect([first.width, first.height]).toEqual([second.width, second.height]);
  expect(Buffer.from(first.data).equals(second.data)).toBe(true);
}

describe("withoutMetadata", () => {
  it("leaves the pixels of baseline and progressive JPEG files, and nothing that was written beside them", async () => {
    for (const file of [await jpeg(), await jpeg({ progressive: true })]) {
      const comment = Buffer.concat([file.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, 6]), Buffer.from("home"), file.subarray(2), Buffer.from("a film behind it")]); // prettier-ignore
      const { bytes, extension } = await withoutMetadata(comment);
      expect(extension).toBe("jpg");
      for (const word of ["Jane Doe", "her place", "home", "film"])
        expect(Buffer.from(bytes).includes(word)).toBe(false);
      await expectSamePixels(bytes, comment);
    }
  });

  it("keeps the colour profile", async () => {
    const file = await noise().withIccProfile("p3").jpeg().toBuffer();
    const { bytes } = await withoutMetadata(file);
    expect((await sharp(bytes).metadata()).icc).toBeDefined();
    await expectSamePixels(bytes, file);
  });

  it("applies the orientation, and makes PNG files of all other kinds", async () => {
    const turned = await noise().withExif(EXIF).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const png = await noise().withExif(EXIF).png().toBuffer();
    const webp = await noise().withExif(EXIF).webp().toBuffer();
    for (const file of [turned, png, webp]) {
      const { bytes, extension } = await withoutMetadata(file);
      expect(extension).toBe("png");
      expect((await sharp(bytes).metadata()).exif).toBeUndefined();
      await expectSamePixels(bytes, file);
    }
  });

  it("gives up on JPEG files that are cut off or damaged, and never runs on", async () => {
    const file = await jpeg();
    for (let length = 0; length < file.length; length += 97)
      expect(strippedJpeg(file.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const damaged = Uint8Array.from(file);
        for (const [at, value] of changes) damaged[at] = value;
        const stripped = strippedJpeg(damaged);
        if (stripped) expect(stripped.length).toBeLessThanOrEqual(damaged.length);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const start = Uint8Array.from([0xff, 0xd8, ...bytes]);
        const stripped = strippedJpeg(start);
        if (stripped) expect(Buffer.from(stripped).subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
      }),
    );
  });
});
