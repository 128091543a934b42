import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Random } from "../../src/base/random.ts";
import type { Detections } from "../../src/geometry/detections.ts";
import { classColor } from "../../src/report/colors.ts";
import { drawDetections } from "../../src/report/drawDetections.ts";
import type { RgbImage } from "../../src/report/picture.ts";

const CLASSES = ["mug", "jug"];
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "draw-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("drawDetections", () => {
  it("draws each box inside its edges, in the colour of its class", async () => {
    const drawn = await pixelsOf(
      await drawDetections(grey(200, 100), found([20, 40, 80, 90, 0.9, 0], [120, 30, 180, 60, 0.8, 1]), CLASSES),
    );
    for (const [x, y] of corners(20, 40, 80, 90)) expect(drawn.at(x, y)).toBe(classColor(0));
    for (const [x, y] of corners(120, 30, 180, 60)) expect(drawn.at(x, y)).toBe(classColor(1));
    expect(drawn.at(50, 65)).toBe("#808080"); // inside
    for (const [x, y] of [
      [19, 60],
      [80, 60],
      [50, 90],
      [119, 45],
      [180, 45],
      [150, 60],
    ] as const) {
      expect(drawn.at(x, y), `${x}, ${y} is outside`).toBe("#808080");
    }
  });

  it("touches nothing but the box and its label", async () => {
    const drawn = await pixelsOf(await drawDetections(grey(200, 100), found([60, 40, 140, 90, 0.9, 0]), CLASSES));
    const touched = drawn.touched();
    // "mug 0.90": 8 letters of size 10, 6.5 wide each, and 5 around; 13 high.
    expect(touched).toEqual({ x1: 60, y1: 40 - 13, x2: 140, y2: 90 });
    expect(drawn.at(60 + 56, 30)).toBe(classColor(0));
    expect(drawn.at(60 + 57, 30)).toBe("#808080");
  });

  it("writes the label letter by letter, in black on a light colour", async () => {
    const drawn = await pixelsOf(
      await drawDetections(grey(400, 300), found([60, 80, 300, 250, 0.9, 0]), CLASSES, { fontSize: 50 }),
    );
    // A letter is 32.5 wide, and there is a margin of 12.5; the label is 63 high and ends where the box begins.
    const darkPixels = Array.from("mug 0.90", (_, i) => {
      const start = Math.round(60 + 12.5 + 32.5 * i);
      const at = range(start, start + 32).flatMap((x) => range(17, 80).map((y) => drawn.at(x, y)));
      return at.filter((color) => color === "#000000").length;
    });
    const [m = 0, u = 0, , space, zero = 0, point = 0] = darkPixels;
    expect(space).toBe(0);
    expect(point).toBeGreaterThan(20);
    expect(zero).toBeGreaterThan(3 * point);
    expect(Math.abs(m - u)).toBeGreaterThan(20); // without a font, all are the same empty box
  });

  it("leaves out what scores below the threshold", async () => {
    const weak = found([20, 40, 80, 90, 0.29, 0]);
    expect((await pixelsOf(await drawDetections(grey(200, 100), weak, CLASSES))).touched()).toBeUndefined();
    const all = await pixelsOf(await drawDetections(grey(200, 100), weak, CLASSES, { scoreThreshold: 0.2 }));
    expect(all.at(20, 60)).toBe(classColor(0));
  });

  it("keeps labels inside the picture, at every corner", async () => {
    for (const [x, y] of [
      [0, 0],
      [190, 0],
      [0, 90],
      [190, 90],
    ] as const) {
      const drawn = await pixelsOf(
        await drawDetections(grey(200, 100), found([x, y, x + 10, y + 10, 0.9, 0]), CLASSES),
      );
      const { x1, x2 } = drawn.touched() ?? { x1: 0, x2: 0 };
      expect(x2 - x1, `label at ${x}, ${y}`).toBe(57);
    }
  });

  it("draws the truth dashed", async () => {
    const truth = [{ box: [20, 40, 120, 90] as [number, number, number, number], class: 1 }];
    const drawn = await pixelsOf(await drawDetections(grey(200, 100), found(), CLASSES, { truth }));
    const top = range(20, 120).map((x) => drawn.at(x, 40));
    expect(new Set(top)).toEqual(new Set([classColor(1), "#000000"]));
  });

  it("shows an image with EXIF orientation upright, as its boxes are", async () => {
    const file = join(folder, "turned.jpg");
    await sharp({ create: { width: 60, height: 40, channels: 3, background: "#808080" } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toFile(file);
    const drawn = await pixelsOf(await drawDetections(file, found([5, 30, 35, 58, 0.9, 0]), CLASSES));
    expect([drawn.width, drawn.height]).toEqual([40, 60]);
    expect(drawn.at(5, 57)).toBe(classColor(0));
  });

  it("draws on grey images, on images with transparency, and on images of one pixel's width or height", async () => {
    const greyFile = join(folder, "grey.png");
    await sharp({ create: { width: 50, height: 50, channels: 3, background: "#808080" } })
      .toColourspace("b-w")
      .png()
      .toFile(greyFile);
    expect((await pixelsOf(await drawDetections(greyFile, found([5, 5, 45, 45, 1, 0]), CLASSES))).at(5, 20)).toBe(
      classColor(0),
    );
    const clear = join(folder, "clear.png");
    await sharp({ create: { width: 50, height: 50, channels: 4, background: "#00000000" } }).toFile(clear);
    expect((await pixelsOf(await drawDetections(clear, found(), CLASSES))).at(9, 9)).toBe("#ffffff");
    for (const [width, height] of [
      [1, 1],
      [1, 90],
      [90, 1],
    ] as const) {
      const drawn = await drawDetections(grey(width, height), found([0, 0, width, height, 0.9, 0]), CLASSES);
      expect((await pixelsOf(drawn)).at(0, 0)).not.toBe("#808080");
    }
  });

  it("draws hundreds of boxes, also those beyond the picture or without area", async () => {
    const random = new Random(3);
    const rows = range(0, 400).map(() => {
      const [x, y] = [random.uniform(-50, 250), random.uniform(-50, 150)];
      return [x, y, x + random.uniform(0, 90), y + random.uniform(0, 90), random.uniform(), random.int(2)];
    });
    const drawn = await pixelsOf(await drawDetections(grey(200, 100), found(...rows, [7, 7, 7, 7, 1, 0]), CLASSES));
    expect(drawn.at(7, 7)).toBe(classColor(0));
    expect([drawn.width, drawn.height]).toEqual([200, 100]);
  });

  it("takes any text for a class name", async () => {
    for (const name of ["<b>&\"'", "\u0000\u001b[31m", "mèo 猫 🐈", "\ud800", "", "x".repeat(500)]) {
      const drawn = await drawDetections(grey(200, 100), found([20, 40, 80, 90, 0.9, 0]), [name]);
      expect((await pixelsOf(drawn)).at(20, 60)).toBe(classColor(0));
    }
  });

  it("says what is wrong with what it was given", async () => {
    const image = grey(9, 9);
    const box = Float32Array.of(0, 0, 5, 5);
    await expect(
      drawDetections(image, { boxes: box, scores: Float32Array.of(1, 1), classes: Int32Array.of(0) }, CLASSES),
    ).rejects.toThrow("detections: 2 scores need 8 box numbers and as many of the rest, got 4 and 1 classes");
    await expect(drawDetections(image, found([0, NaN, 5, 5, 1, 0]), CLASSES)).rejects.toThrow(
      "detections: box 0 must be four finite numbers, got [0, NaN, 5, 5]",
    );
    await expect(drawDetections(image, found([0, 0, 5, 5, 1, 2]), CLASSES)).rejects.toThrow(
      "class 2 is not one of the 2 classes",
    );
    await expect(drawDetections(join(folder, "none.jpg"), found(), CLASSES)).rejects.toThrow("none.jpg: no such file");
    await expect(drawDetections({ data: new Uint8Array(5), width: 2, height: 2 }, found(), CLASSES)).rejects.toThrow(
      "image: 2 x 2 RGB pixels are 12 bytes, got 5",
    );
  });
});

/** Detections from rows of x1, y1, x2, y2, score, class. */
function found(...rows: (readonly number[])[]): Detections {
  return {
    boxes: Float32Array.from(rows.flatMap((row) => row.slice(0, 4))),
    scores: Float32Array.from(rows, (row) => row[4] ?? 0),
    classes: Int32Array.from(rows, (row) => row[5] ?? 0),
  };
}

function grey(width: number, height: number): RgbImage {
  return { data: new Uint8Array(width * height * 3).fill(0x80), width, height };
}

function corners(x1: number, y1: number, x2: number, y2: number): [number, number][] {
  return [
    [x1, y1],
    [x2 - 1, y1],
    [x1, y2 - 1],
    [x2 - 1, y2 - 1],
  ];
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

class Pixels {
  constructor(
    readonly data: Uint8Array,
    readonly width: number,
    readonly height: number,
  ) {}

  at(x: number, y: number): string {
    const start = 3 * (y * this.width + x);
    return `#${Buffer.from(this.data.subarray(start, start + 3)).toString("hex")}`;
  }

  /** The box around all pixels that are not grey any more. */
  touched(): { x1: number; y1: number; x2: number; y2: number } | undefined {
    const changed = range(0, this.width * this.height)
      .map((i) => [i % this.width, Math.floor(i / this.width)] as const)
      .filter(([x, y]) => this.at(x, y) !== "#808080");
    if (changed.length === 0) return undefined;
    const xs = changed.map(([x]) => x);
    const ys = changed.map(([, y]) => y);
    return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs) + 1, y2: Math.max(...ys) + 1 };
  }
}

async function pixelsOf(picture: Sharp): Promise<Pixels> {
  const { data, info } = await sharp(await picture.png().toBuffer())
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return new Pixels(data, info.width, info.height);
}
