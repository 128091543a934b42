import { readFileSync } from "node:fs";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import type { Size } from "../../../src/base/preprocessing.ts";
import { Random } from "../../../src/base/random.ts";
import { decodeImage } from "../../../src/data/images/images.ts";
import { resizePixels } from "../../../src/data/images/resizePixels.ts";

type Value = (x: number, y: number, channel: number) => number;

function image({ width, height }: Size, value: Value): Sharp {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    value(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  );
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** The mean of all pixels, each weighted by how near its centre is to the place of the result. */
function naive(from: Size, to: Size, value: Value): Value {
  const weightsOf = (at: number, length: number, wanted: number): number[] => {
    const centre = ((at + 0.5) * length) / wanted;
    return Array.from({ length }, (_, i) => Math.max(0, 1 - Math.abs(i + 0.5 - centre)));
  };
  return (x, y, channel) => {
    const [columns, rows] = [weightsOf(x, from.width, to.width), weightsOf(y, from.height, to.height)];
    let [sum, total] = [0, 0];
    for (const [i, column] of columns.entries()) {
      for (const [j, row] of rows.entries()) {
        sum += column * row * value(i, j, channel);
        total += column * row;
      }
    }
    return sum / total;
  };
}

function largestDifference({ data, width }: Size & { data: Uint8Array }, expected: Value, inside = 0): number {
  let largest = 0;
  const height = data.length / 3 / width;
  for (let y = inside; y < height - inside; y++) {
    for (let x = inside; x < width - inside; x++) {
      for (let c = 0; c < 3; c++) {
        largest = Math.max(largest, Math.abs((data[(y * width + x) * 3 + c] ?? NaN) - expected(x, y, c)));
      }
    }
  }
  return largest;
}

const FROM = { width: 24, height: 17 };

describe("a ramp keeps its place", () => {
  const ramp: Value = (x, y, c) => [10 * x, 14 * y, 4 * x + 8 * y][c] ?? 0;

  test.each([
    ["twice", 48, 34],
    ["three times", 72, 51],
    ["one and a half times", 36, 26],
    ["by no whole factor", 31, 23],
    ["by a pixel", 25, 18],
    ["wider only", 53, 17],
    ["taller only", 24, 40],
    ["wider and lower", 53, 9],
    ["narrower and taller", 11, 40],
    ["not at all", 24, 17],
    ["smaller", 12, 9],
  ])("enlarged %s", async (_, width, height) => {
    const to = { width, height };
    const pixels = await resizePixels(image(FROM, ramp), FROM, to);
    expect(pixels).toMatchObject({ ...to, channels: 3 });
    const here: Value = (x, y, c) => ramp(((x + 0.5) * 24) / width - 0.5, ((y + 0.5) * 17) / height - 0.5, c);
    // Away from the border, where pixels outside are missing.
    const border = Math.ceil(Math.max(width / 24, height / 17, 1));
    expect(largestDifference(pixels, here, border)).toBeLessThan(width < 24 || height < 17 ? 1.5 : 0.51);
  });
});

describe("noise is what a double loop makes of it", () => {
  const random = new Random(4);
  const values = Array.from({ length: 24 * 17 * 3 }, () => random.int(256));
  const noise: Value = (x, y, c) => values[(y * 24 + x) * 3 + c] ?? NaN;

  test.each([
    [48, 34],
    [31, 23],
    [100, 70],
  ])("in %i x %i", async (width, height) => {
    const to = { width, height };
    const pixels = await resizePixels(image(FROM, noise), FROM, to);
    expect(largestDifference(pixels, naive(FROM, to, noise))).toBeLessThan(0.51);
  });

  test.each([
    ["a pixel", { width: 1, height: 1 }],
    ["a column", { width: 1, height: 17 }],
    ["a row", { width: 24, height: 1 }],
  ])("of %s", async (_, from) => {
    const to = { width: 40, height: 30 };
    const pixels = await resizePixels(image(from, noise), from, to);
    expect(largestDifference(pixels, naive(from, to, noise))).toBeLessThan(0.51);
  });
});

describe("a decoded image", () => {
  const fixture = JSON.parse(readFileSync(new URL("../../fixtures/resample.json", import.meta.url), "utf8")) as {
    image: Size & { channels: number; data: number[] };
    cases: { interpolation: string; size: [height: number, width: number]; antialias: boolean; values: number[] }[];
  };
  const { width, height, channels, data } = fixture.image;
  const grey = Uint8Array.from({ length: width * height }, (_, i) => data[i * channels] ?? 0);
  const larger = fixture.cases.filter(({ interpolation, size: [rows, columns] }) => {
    return interpolation === "bilinear" && rows > height && columns > width;
  });

  test("that is enlarged has the pixels of tf.image.resize", async () => {
    expect(larger).not.toEqual([]);
    const png = await sharp(grey, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    for (const { size, values } of larger) {
      const decoded = await decodeImage(png, { size: { width: size[1], height: size[0] } });
      const expected: Value = (x, y) => values[(y * size[1] + x) * channels] ?? NaN;
      expect(largestDifference(decoded, expected)).toBeLessThan(0.51);
    }
  });

  const steps = (width: number, height: number): Value => {
    return (x, y) => (x >= width / 2 ? 150 : 50) + (y >= height / 2 ? 60 : 0);
  };

  test.each([1, 3, 6, 8])("is enlarged around its middle, turned as EXIF says: %i", async (orientation) => {
    const shown = { width: 20, height: 12 };
    const stored = orientation > 4 ? { width: 12, height: 20 } : shown;
    const jpeg = await image(stored, () => 200)
      .composite([{ input: await square(4), left: stored.width / 2 - 2, top: stored.height / 2 - 2 }])
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
      .toBuffer();
    const { data, ...size } = await decodeImage(jpeg, { size: { width: 50, height: 33 } });
    expect(centreOfDark(data, size.width).map((at) => at.toFixed(1))).toEqual(["25.0", "16.5"]);
  });

  test("of 16 bits, grey, and transparent ones keep their place", async () => {
    const size = { width: 30, height: 18 };
    const expected = naive({ width: 10, height: 8 }, size, steps(10, 8));
    const plain = image({ width: 10, height: 8 }, steps(10, 8));
    const deep = await plain.clone().toColourspace("rgb16").png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    const single = await plain.clone().toColourspace("b-w").png().toBuffer();
    const clear = await plain.clone().ensureAlpha(0).png().toBuffer(); // shown as white
    for (const source of [deep, single]) {
      expect(largestDifference(await decodeImage(source, { size }), expected)).toBeLessThan(1.01);
    }
    expect(largestDifference(await decodeImage(clear, { size }), () => 255)).toBe(0);
  });

  async function square(side: number): Promise<Buffer> {
    return image({ width: side, height: side }, () => 0)
      .png()
      .toBuffer();
  }

  /** The centre of what is darker than 200, in pixels from the upper left corner. */
  function centreOfDark(data: Uint8Array, width: number): [number, number] {
    let [x, y, total] = [0, 0, 0];
    for (let i = 0; i < data.length / 3; i++) {
      const dark = Math.max(0, 190 - (data[3 * i] ?? 0)); // below the ringing of a JPEG
      x += dark * ((i % width) + 0.5);
      y += dark * (Math.floor(i / width) + 0.5);
      total += dark;
    }
    return [x / total, y / total];
  }
});
