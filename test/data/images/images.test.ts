import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test, vi } from "vitest";
import { AnchorkitError, messageOf } from "../../../src/base/errors.ts";
import { Random } from "../../../src/base/random.ts";
import { type DecodedImage, decodeImage, readImageHeader } from "../../../src/data/images/images.ts";
import { bmp } from "../bmpWriter.ts";
import { folderOf, jpeg } from "../helpers.ts";
import { tiff } from "../tiffWriter.ts";

type Channels = 1 | 2 | 3 | 4;

/** Rows of pixels as an image without loss; 8 bits a channel unless `depth` says otherwise. */
function raw(rows: readonly (readonly (readonly number[])[])[]) {
  const channels = rows[0]?.[0]?.length as Channels;
  return sharp(Uint8Array.from(rows.flat(2)), { raw: { width: rows[0]?.length ?? 0, height: rows.length, channels } });
}

function pixels({ data, width, height }: DecodedImage): number[][][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]),
  );
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const GREY = [128, 128, 128];

describe("every kind of image becomes 8-bit RGB", () => {
  const rgb = [
    [RED, GREEN, BLUE],
    [GREY, RED, GREEN],
  ];

  test("PNG keeps every value", async () => {
    const decoded = await decodeImage(await raw(rgb).png().toBuffer());
    expect(pixels(decoded)).toEqual(rgb);
    expect(decoded).toMatchObject({ width: 3, height: 2, originalWidth: 3, originalHeight: 2, scaleX: 1, scaleY: 1 });
  });

  test.each(["webp", "tiff", "gif", "avif"] as const)("%s", async (format) => {
    const options = { lossless: true, ...(format === "tiff" && { compression: "lzw" }) };
    const decoded = await decodeImage(await raw(rgb).toFormat(format, options).toBuffer());
    for (const [i, value] of decoded.data.entries()) expect(Math.abs(value - (rgb.flat(2)[i] ?? 0))).toBeLessThan(4);
  });

  test("grey", async () => {
    const grey = await raw([[[0], [128], [255]]])
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect(pixels(await decodeImage(grey))).toEqual([[[0, 0, 0], GREY, [255, 255, 255]]]);
  });

  test("a palette", async () => {
    expect(pixels(await decodeImage(await raw(rgb).png({ palette: true }).toBuffer()))).toEqual(rgb);
  });

  test("16 bits", async () => {
    const deep = sharp(Uint16Array.of(0, 0x8000, 0xffff, 0x0100, 0x00ff, 0x7fff), {
      raw: { width: 2, height: 1, channels: 3 },
    });
    const png = await deep.toColourspace("rgb16").png().toBuffer();
    expect((await sharp(png).metadata()).depth).toBe("ushort");
    expect(pixels(await decodeImage(png))).toEqual([
      [
        [0, 128, 255],
        [1, 0, 127],
      ],
    ]);
  });

  test("16 bits that an instrument used in part are stretched on demand", async () => {
    const microscope = tiff(
      { width: 4, height: 1, channels: 1, bits: 16, format: 1 },
      Uint16Array.of(1000, 4095, 2000, 1010),
    );
    const grey = async (stretch: boolean) =>
      (await decodeImage(microscope, { stretch })).data.filter((_, i) => i % 3 === 0);
    expect([...(await grey(false))]).toEqual([3, 15, 7, 3]);
    expect([...(await grey(true))]).toEqual([0, 255, 82, 1]); // (2000 - 1000) / (4095 - 1000) * 255 = 82.4
    const flat = tiff({ width: 2, height: 1, channels: 1, bits: 16, format: 1 }, Uint16Array.of(700, 700));
    expect([...(await decodeImage(flat, { stretch: true })).data]).toEqual([0, 0, 0, 0, 0, 0]);
    // 8 bits are left as they are, and a resized one is stretched before
    const small = { size: { width: 1, height: 1 }, stretch: true };
    expect((await decodeImage(microscope, small)).data[0]).toBeGreaterThan(70);
    expect(
      pixels(
        await decodeImage(
          await raw([[GREY, GREY]])
            .png()
            .toBuffer(),
          { stretch: true },
        ),
      ),
    ).toEqual([[GREY, GREY]]);
  });

  test("16 bits with orientation, stretched", async () => {
    const deep = sharp(Uint16Array.of(100, 100, 100, 300, 300, 300), { raw: { width: 2, height: 1, channels: 3 } });
    const png = await deep.toColourspace("rgb16").withMetadata({ orientation: 6 }).png().toBuffer();
    expect(pixels(await decodeImage(png, { stretch: true }))).toEqual([[[0, 0, 0]], [[255, 255, 255]]]);
  });

  test("black and white of one bit", async () => {
    const fax = await raw([[[0], [255], [0]]])
      .toColourspace("b-w")
      .tiff({ bitdepth: 1, compression: "ccittfax4" })
      .toBuffer();
    expect(pixels(await decodeImage(fax))).toEqual([
      [
        [0, 0, 0],
        [255, 255, 255],
        [0, 0, 0],
      ],
    ]);
  });

  test("10 bits of an AVIF", async () => {
    const avif = await raw([[RED, GREEN]])
      .avif({ lossless: true, bitdepth: 10 })
      .toBuffer();
    const decoded = await decodeImage(avif);
    for (const [i, value] of decoded.data.entries())
      expect(Math.abs(value - ([...RED, ...GREEN][i] ?? 0))).toBeLessThan(4);
    expect(await readImageHeader(avif)).toEqual({ width: 2, height: 1, orientation: 1, format: "avif" });
  });

  test("a progressive JPEG", async () => {
    const progressive = await sharp(await jpeg(20, 10))
      .jpeg({ progressive: true, quality: 95 })
      .toBuffer();
    const [r = 0, g = 0, b = 0] = (await decodeImage(progressive)).data;
    expect(Math.max(Math.abs(r - 0x33), Math.abs(g - 0x66), Math.abs(b - 0x99))).toBeLessThan(6);
  });

  test("a colour profile is applied", async () => {
    const profiled = await raw([[[100, 200, 100]]])
      .withIccProfile("p3")
      .png()
      .toBuffer();
    expect((await sharp(profiled).keepIccProfile().raw().toBuffer())[0]).not.toBe(100); // Display P3 is wider
    const [r = 0, g = 0] = (await decodeImage(profiled)).data;
    expect([Math.abs(r - 100) < 4, Math.abs(g - 200) < 4]).toEqual([true, true]);
  });

  test("what a file is, its bytes say and not its name", async () => {
    const files: Record<string, Uint8Array> = {};
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
      files[`${format}.bmp`] = await raw(rgb).toFormat(format).toBuffer();
    }
    files["bmp.jpg"] = bmp(rgb, { bits: 24 });
    const folder = await folderOf(files);
    for (const name of Object.keys(files)) {
      const file = join(folder, name);
      const format = name.split(".")[0];
      expect(await readImageHeader(file)).toEqual({ width: 3, height: 2, orientation: 1, format });
      expect(await decodeImage(file)).toMatchObject({ width: 3, height: 2 });
    }
  });

  test("transparency shows white", async () => {
    const png = await raw([
      [
        [255, 0, 0, 255],
        [255, 0, 0, 0],
        [0, 0, 0, 128],
      ],
    ])
      .png()
      .toBuffer();
    expect(pixels(await decodeImage(png))).toEqual([[RED, [255, 255, 255], [127, 127, 127]]]);
    const grey = await raw([
      [
        [0, 255],
        [0, 0],
      ],
    ])
      .toColourspace("b-w")
      .png()
      .toBuffer();
    expect(pixels(await decodeImage(grey))).toEqual([
      [
        [0, 0, 0],
        [255, 255, 255],
      ],
    ]);
  });

  test("CMYK", async () => {
    const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#c02020" } })
      .toColourspace("cmyk")
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe("cmyk");
    const [r = 0, g = 0, b = 0] = (await decodeImage(cmyk)).data;
    expect(r).toBeGreaterThan(150);
    expect(Math.max(g, b)).toBeLessThan(80);
  });

  test("an animation gives its first frame", async () => {
    const frames = Uint8Array.from([RED, RED, RED, RED, BLUE, BLUE, BLUE, BLUE].flat());
    const gif = await sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(pixels(await decodeImage(gif))).toEqual([
      [RED, RED],
      [RED, RED],
    ]);
  });
});

describe("EXIF orientation", () => {
  // Red top left, green top right, blue bottom left, grey bottom right, in the image as it should be shown.
  const shown = [
    [RED, RED, GREEN],
    [BLUE, BLUE, GREY],
  ];
  const storedFor: Record<number, number[][][]> = {
    1: shown,
    2: shown.map((row) => row.toReversed()),
    3: shown.toReversed().map((row) => row.toReversed()),
    4: shown.toReversed(),
    5: transpose(shown),
    6: transpose(shown).toReversed(), // shown after a quarter turn clockwise
    7: transpose(shown.toReversed().map((row) => row.toReversed())),
    8: transpose(shown).map((row) => row.toReversed()), // shown after a quarter turn anticlockwise
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("%d is applied to pixels and size", async (orientation) => {
    const png = await raw(storedFor[orientation] ?? [])
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    expect(await readImageHeader(png)).toEqual({ width: 3, height: 2, orientation, format: "png" });
    const decoded = await decodeImage(png);
    expect(pixels(decoded)).toEqual(shown);
    expect(decoded).toMatchObject({ originalWidth: 3, originalHeight: 2 });
    expect(await decodeImage(png, { size: { width: 6, height: 6 } })).toMatchObject({ scaleX: 2, scaleY: 3 });
  });

  function transpose(rows: number[][][]): number[][][] {
    return (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? []));
  }
});

describe("resizing", () => {
  test("stretches to exactly the size that is asked for, and says by how much", async () => {
    const decoded = await decodeImage(await jpeg(640, 480), { size: { width: 400, height: 150 } });
    expect(decoded).toMatchObject({ width: 400, height: 150, originalWidth: 640, originalHeight: 480 });
    expect(decoded).toMatchObject({ scaleX: 0.625, scaleY: 0.3125 });
    expect(decoded.data).toHaveLength(400 * 150 * 3);
  });

  test.each([
    [640, 480, 400, 300],
    [641, 481, 320, 240],
    [1281, 961, 320, 240], // shrunk while it is decoded
    [2567, 1927, 320, 240],
    [100, 80, 320, 240],
  ])("puts the corners of a box in %d x %d where scaleX and scaleY say in %d x %d", async (w, h, width, height) => {
    const box = [Math.round(w * 0.3), Math.round(h * 0.2), Math.round(w * 0.9), Math.round(h * 0.7)] as const;
    const [x1, y1, x2, y2] = box;
    const white = { create: { width: x2 - x1, height: y2 - y1, channels: 3, background: "white" } } as const;
    const image = await sharp({ create: { width: w, height: h, channels: 3, background: "black" } })
      .composite([{ input: white, left: x1, top: y1 }])
      .jpeg({ quality: 95 })
      .toBuffer();
    const { data, scaleX, scaleY } = await decodeImage(image, { size: { width, height } });
    const at = (x: number, y: number) => (data[(y * width + x) * 3] ?? 0) / 255;
    const middle = { x: Math.round(((x1 + x2) / 2) * scaleX), y: Math.round(((y1 + y2) / 2) * scaleY) };
    const sum = (from: number, to: number, value: (i: number) => number) => {
      let total = 0;
      for (let i = from; i < to; i++) total += value(i);
      return total;
    };
    const found = [
      middle.x - sum(0, middle.x, (x) => at(x, middle.y)),
      middle.y - sum(0, middle.y, (y) => at(middle.x, y)),
      middle.x + sum(middle.x, width, (x) => at(x, middle.y)),
      middle.y + sum(middle.y, height, (y) => at(middle.x, y)),
    ];
    const expected = [x1 * scaleX, y1 * scaleY, x2 * scaleX, y2 * scaleY];
    for (const [i, edge] of found.entries()) expect(Math.abs(edge - (expected[i] ?? 0))).toBeLessThan(0.55);
  });
});

describe("what cannot be read is refused with its name and why", () => {
  test("missing, text, empty, vector, cut off, too large", async () => {
    const random = new Random(1);
    const noise = Uint8Array.from({ length: 300 * 300 * 3 }, () => random.int(256));
    const photo = await sharp(noise, { raw: { width: 300, height: 300, channels: 3 } })
      .jpeg()
      .toBuffer();
    const folder = await folderOf({
      "text.jpg": "not an image",
      "empty.jpg": "",
      "folder.png/inside.txt": "",
      "page.jpg": "<!DOCTYPE html><title>404</title>",
      "phone.heic": Buffer.from("\0\0\0\x1cftypheic\0\0\0\0heicmif1msf1", "latin1"),
      "drawing.png": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
      "cut.jpg": photo.subarray(0, photo.length / 2),
      "cut.png": (await sharp(photo).png().toBuffer()).subarray(0, 50_000),
      "large.png": await sharp({ create: { width: 400, height: 300, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    });
    const cases: [name: string, reason: RegExp][] = [
      ["gone.jpg", /no such file$/],
      ["text.jpg", /is no image that can be read/],
      ["empty.jpg", /cannot be decoded: the file is empty$/],
      ["drawing.png", /is a vector drawing \(SVG\), not an image of pixels$/],
      ["cut.jpg", /cannot be decoded: premature end of JPEG image$/],
      ["cut.png", /cannot be decoded: damaged, or cut off$/],
      ["folder.png", /is a folder, not an image$/],
      ["page.jpg", /is HTML, which cannot be read \(JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP can\)$/],
      ["phone.heic", /cannot be (read|decoded)/],
      ["large.png", /has 400 x 300 pixels, more than the limit of 100000$/],
    ];
    for (const [name, reason] of cases) {
      const refusal = decodeImage(join(folder, name), { maxPixels: 100_000 });
      await expect(refusal).rejects.toThrow(AnchorkitError);
      await expect(refusal).rejects.toThrow(name);
      await expect(refusal).rejects.toThrow(reason);
    }
  });

  test.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)("a %s that ends early", async (format) => {
    const random = new Random(1);
    const noise = Uint8Array.from({ length: 90 * 60 * 3 }, () => random.int(256));
    const whole = await sharp(noise, { raw: { width: 90, height: 60, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.99]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      await expect(decodeImage(cut)).rejects.toThrow(AnchorkitError);
    }
  });

  test.each([
    ["signed", { channels: 1, bits: 16, format: 2 }, Int16Array.of(-5, 7), "holds numbers of type short"],
    ["32 bits", { channels: 1, bits: 32, format: 1 }, Uint32Array.of(5, 7), "holds numbers of type uint"],
    ["floating point", { channels: 1, bits: 32, format: 3 }, Float32Array.of(0.5, 1), "holds numbers of type float"],
    ["floating point RGB", { channels: 3, bits: 32, format: 3 }, new Float32Array(6), "holds numbers of type float"],
    ["five channels", { channels: 5, bits: 8, format: 1 }, new Uint8Array(10), "has 5 channels"],
  ])("a TIFF of %s, whose white is not known or whose colours are not", async (_, kind, values, reason) => {
    const bytes = tiff({ width: 2, height: 1, ...kind }, values);
    await expect(decodeImage(bytes)).rejects.toThrow(`image: ${reason}`);
    await expect(readImageHeader(bytes)).rejects.toThrow("; save ");
  });

  test("a header that promises four billion pixels costs no memory", async () => {
    const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    png.writeUInt32BE(65_000, 16);
    png.writeUInt32BE(65_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(decodeImage(png)).rejects.toThrow(
      "image: has 65000 x 65000 pixels, more than the limit of 100000000; if that is right, set ANCHORKIT_MAX_PIXELS to more",
    );
  });

  test("the limit of pixels is the one of the environment, if it is a number", async () => {
    const image = await jpeg(30, 20);
    for (const [limit, answer] of [
      ["600", "read"],
      [
        "599",
        "image: has 30 x 20 pixels, more than the limit of 599; if that is right, set ANCHORKIT_MAX_PIXELS to more",
      ],
      ["1e3", 'image: the environment variable ANCHORKIT_MAX_PIXELS must be a whole number, got "1e3"'],
      ["", "read"],
    ] as const) {
      vi.stubEnv("ANCHORKIT_MAX_PIXELS", limit);
      const read = readImageHeader(image).then(() => "read", messageOf); // prettier-ignore
      expect(await read).toBe(answer);
    }
    vi.unstubAllEnvs();
    await expect(readImageHeader(image, { maxPixels: 599 })).rejects.toThrow(/more than the limit of 599$/);
  });

  test("stray bytes that every viewer tolerates are tolerated", async () => {
    const photo = await jpeg(64, 64);
    const end = photo.length - 2;
    const stray = Buffer.concat([photo.subarray(0, end), Buffer.of(1, 2, 3), photo.subarray(end), Buffer.from("tail")]);
    expect(await decodeImage(stray)).toMatchObject({ width: 64, height: 64 });
  });

  test("bytes changed or cut anywhere, in every format, are decoded or refused, and nothing else", async () => {
    const image = sharp(await jpeg(40, 30, 6));
    const sources = [await image.toBuffer(), bmp([[RED, GREEN, BLUE, GREY]], { bits: 8 })];
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
      sources.push(await image.clone().toFormat(format).toBuffer());
    }
    sources.push(await image.clone().jpeg({ progressive: true }).toBuffer());
    sources.push(await image.clone().tiff({ compression: "lzw" }).toBuffer());
    const changed = fc
      .tuple(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), fc.nat(2000))
      .map(([source, edits, length]) => {
        const bytes = Buffer.from(source.subarray(0, length + 20));
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        return bytes;
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 9, arbitrary: changed }, fc.uint8Array()), async (bytes) => {
        for (const work of [decodeImage, readImageHeader]) {
          try {
            expect(await work(bytes, { size: { width: 10, height: 10 }, maxPixels: 1_000_000 })).toBeDefined();
          } catch (error) {
            expect(error).toBeInstanceOf(AnchorkitError);
            expect((error as Error).message).toMatch(/^image: [^\n]+$/);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

const robustness = join(import.meta.dirname, "../../../../shared/data/robustness");
describe.skipIf(!existsSync(robustness))("the files of shared/data/robustness", () => {
  /** Mean of R, G and B over the image, to whole numbers. */
  const means = ({ data }: DecodedImage) =>
    [0, 1, 2].map((c) => {
      let sum = 0;
      for (let i = c; i < data.length; i += 3) sum += data[i] ?? 0;
      return Math.round((sum * 3) / data.length);
    });

  test("are each read right, or refused by name", async () => {
    const outcomes: Record<string, unknown> = {};
    for (const entry of await readdir(robustness, { withFileTypes: true })) {
      if (entry.isDirectory()) continue;
      try {
        const decoded = await decodeImage(join(robustness, entry.name));
        outcomes[entry.name] = [decoded.width, decoded.height, ...means(decoded)];
      } catch (error) {
        expect(error).toBeInstanceOf(AnchorkitError);
        outcomes[entry.name] = (error as Error).message.slice(
          (error as Error).message.indexOf(entry.name) + entry.name.length,
        );
      }
    }
    expect(outcomes).toEqual({
      "16-bit-grey-alpha.png": [109, 96, 247, 247, 247],
      "Channel_digital_image_CMYK_color_no_profile.jpg": [500, 333, 115, 117, 104],
      "Flag_of_the_Netherlands-16bit.png": [900, 600, 154, 118, 145], // (174 + 255 + 33) / 3 and so on
      "SOURCE.txt": ": is no image that can be read (JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP can)",
      "corrupt-header.jpg": ": cannot be decoded: premature end of JPEG image",
      "grey-8bit-alpha.png": [400, 300, 245, 245, 245],
      "grey16_256_membrane_predict.png": [256, 256, 207, 207, 207],
      "truncated.jpg": ": cannot be decoded: premature end of JPEG image",
      "with-alpha.png": [256, 192, 146, 87, 214], // (91, 0, 194) at 66 % over white
    });
  });

  test("landscape_1 to _8 are the same picture", async () => {
    const size = { width: 60, height: 45 };
    const first = await decodeImage(join(robustness, "exif/landscape_1.jpg"), { size });
    for (let i = 2; i <= 8; i++) {
      const file = join(robustness, `exif/landscape_${i}.jpg`);
      const other = await decodeImage(await readFile(file), { size });
      expect([other.originalWidth, other.originalHeight]).toEqual([600, 450]);
      let difference = 0;
      for (const [at, value] of other.data.entries()) difference += Math.abs(value - (first.data[at] ?? 0));
      expect(difference / other.data.length).toBeLessThan(8); // the number in the middle differs, and JPEG's losses
    }
  });
});
