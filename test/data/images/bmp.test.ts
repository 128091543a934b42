import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { decodeBmp, isBmp, readBmpHeader } from "../../../src/data/images/bmp.ts";
import { decodeImage, readImageHeader } from "../../../src/data/images/images.ts";
import { type BmpOptions, bmp } from "../bmpWriter.ts";
import { folderOf } from "../helpers.ts";
import { join } from "node:path";

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];

// Colours that every depth can hold, and a width that leaves a byte half used and a row to be padded.
const picture = [
  [RED, GREEN, BLUE, WHITE, BLACK],
  [WHITE, BLACK, RED, RED, GREEN],
];

const forms: [string, BmpOptions][] = [
  ["24 bits", { bits: 24 }],
  ["24 bits, stored from the top", { bits: 24, topDown: true }],
  ["24 bits, OS/2", { bits: 24, os2: true }],
  ["24 bits, a gap before the pixels", { bits: 24, gap: 50 }],
  ["32 bits", { bits: 32 }],
  ["32 bits with masks behind the header", { bits: 32, masks: [0xff, 0xff00, 0xff0000] }],
  ["32 bits with alpha in a V5 header", { bits: 32, masks: [0xff0000, 0xff00, 0xff, 0xff000000], headerSize: 124 }],
  ["32 bits with the top byte as red", { bits: 32, masks: [0xff000000, 0xff0000, 0xff00], headerSize: 108 }],
  ["16 bits", { bits: 16 }],
  ["16 bits, six of them green", { bits: 16, masks: [0xf800, 0x07e0, 0x1f] }],
  ["8 bits", { bits: 8 }],
  ["8 bits, OS/2", { bits: 8, os2: true }],
  ["4 bits", { bits: 4 }],
  ["4 bits, stored from the top", { bits: 4, topDown: true }],
  ["2 bits", { bits: 2, palette: [RED, GREEN, WHITE, BLACK] }],
];

describe("a BMP is read as it was drawn", () => {
  test.each(forms)("%s", async (_, options) => {
    const drawn = options.bits === 2 ? picture.map((row) => row.map((c) => (c === BLUE ? BLACK : c))) : picture;
    const { data, width, height } = await decodeImage(bmp(drawn, options));
    expect([width, height]).toEqual([5, 2]);
    expect([...data]).toEqual(drawn.flat(2));
  });

  test("1 bit, and a palette that is not black and white", async () => {
    const drawn = [Array.from({ length: 11 }, (_, i) => (i % 3 ? BLUE : GREEN))];
    expect([...(await decodeImage(bmp(drawn, { bits: 1 }))).data]).toEqual(drawn.flat(2));
  });

  test("alpha is flattened onto white, and ignored where a program left it empty", async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000] as const;
    const half = bmp([[RED, [...RED, 0]]], { bits: 32, masks, headerSize: 124 });
    expect([...(await decodeImage(half)).data]).toEqual([...RED, ...WHITE]);
    const empty = bmp(
      [
        [
          [...RED, 0],
          [...BLUE, 0],
        ],
      ],
      { bits: 32, masks, headerSize: 124 },
    );
    expect([...(await decodeImage(empty)).data]).toEqual([...RED, ...BLUE]);
  });

  test("any content, 24 bits", async () => {
    const row = fc.integer({ min: 1, max: 9 }).chain((width) =>
      fc.array(
        fc.array(fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }), { minLength: width, maxLength: width }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(row, fc.boolean(), async (rows, topDown) => {
        expect([...(await decodeImage(bmp(rows, { bits: 24, topDown }))).data]).toEqual(rows.flat(2));
      }),
      { numRuns: 50 },
    );
  });

  test("from a file under a wrong name, its header alone, and resized", async () => {
    const folder = await folderOf({ "photo.jpg": bmp(picture, { bits: 24 }) });
    const file = join(folder, "photo.jpg");
    expect(await readImageHeader(file)).toEqual({ width: 5, height: 2, orientation: 1, format: "bmp" });
    const resized = await decodeImage(file, { size: { width: 10, height: 8 } });
    expect(resized).toMatchObject({ width: 10, height: 8, originalWidth: 5, originalHeight: 2, scaleX: 2, scaleY: 4 });
  });
});

describe("a BMP that cannot be read is refused with its reason", () => {
  const whole = bmp(picture, { bits: 24 });
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };
  test.each<[string, Buffer, string]>([
    ["cut in its pixels", whole.subarray(0, whole.length - 3), "it ends after 83 of 85 bytes"],
    ["cut in its header", whole.subarray(0, 40), "its header is cut off after 40 bytes"],
    ["cut after its first bytes", whole.subarray(0, 9), "its header is cut off after 9 bytes"],
    ["an odd header", changed((b) => b.writeUInt32LE(41_000, 14)), "its header cannot have 41000 bytes"],
    ["no width", changed((b) => b.writeInt32LE(0, 18)), "its size is 0 x 2"],
    ["a negative width", changed((b) => b.writeInt32LE(-5, 18)), "its size is -5 x 2"],
    ["7 bits", changed((b) => b.writeUInt16LE(7, 28)), "7 bits a pixel"],
    [
      "run lengths",
      changed((b) => b.writeUInt32LE(1, 30)),
      "is a compressed BMP, which cannot be read; save it as PNG",
    ],
    ["pixels in the header", changed((b) => b.writeUInt32LE(20, 10)), "its pixels cannot begin at byte 20"],
    ["too many pixels", changed((b) => b.writeInt32LE(2 ** 30, 18)), "has 1073741824 x 2 pixels, more than the limit"],
    ["a colour not in the palette", bmp([[RED, GREEN]], { bits: 8, colours: 1 }), "colour 1 of a palette of 1"],
  ])("%s", async (_, bytes, reason) => {
    await expect(decodeImage(bytes)).rejects.toThrow(AnchorkitError);
    await expect(decodeImage(bytes)).rejects.toThrow(reason);
  });

  test("the last row needs no padding", async () => {
    expect((await decodeImage(whole.subarray(0, whole.length - 1))).data).toHaveLength(30);
  });

  test("a text that begins with BM is told apart by its header", () => {
    expect(isBmp(Buffer.from("BM"))).toBe(true);
    expect(() => readBmpHeader(Buffer.from("BMW is a maker of motor cars"))).toThrow("its header cannot have");
  });
});

test("any bytes behind a BMP's first are decoded or refused, and nothing else", () => {
  const sources = forms.map(([, options]) =>
    bmp(
      picture.map((row) => row.map((c) => (c === BLUE ? RED : c))),
      options,
    ),
  );
  const damaged = fc
    .tuple(fc.constantFrom(...sources), fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 6 }), fc.nat(200))
    .map(([source, edits, length]) => {
      const bytes = Buffer.from(source.subarray(0, length + 10));
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      return bytes;
    });
  fc.assert(
    fc.property(damaged, (bytes) => {
      try {
        const header = readBmpHeader(bytes);
        if (header.width * header.height > 10_000) return;
        const { data, channels } = decodeBmp(bytes, header);
        expect(data).toHaveLength(header.width * header.height * channels);
      } catch (error) {
        expect(error).toBeInstanceOf(AnchorkitError);
      }
    }),
    { numRuns: 2000 },
  );
});
