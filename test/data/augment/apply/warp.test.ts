import { describe, expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import {
  aroundMiddle,
  invert,
  multiply,
  scaleAndShift,
  transformPoint,
  type Matrix,
} from "../../../../src/data/augment/apply/matrix.ts";
import { warpImage, warpMap } from "../../../../src/data/augment/apply/warp.ts";
import type { StoredImage } from "../../../../src/data/images/imageStore.ts";
import { noiseImage, plainImage } from "../support.ts";

const SIZE = { width: 23, height: 17 };
const WHOLE: [number, number, number, number] = [0, 0, 30, 25];

/** Bilinear by the book: the image is continued at its sides by half a pixel, and nothing is beyond. */
function naiveWarp(image: StoredImage, matrix: Matrix, target: StoredImage): void {
  const back = invert(matrix);
  const pixel = (x: number, y: number, channel: number): number => {
    const [inX, inY] = [Math.min(Math.max(x, 0), image.width - 1), Math.min(Math.max(y, 0), image.height - 1)];
    return image.pixels[3 * (inY * image.width + inX) + channel] as number;
  };
  for (let y = 0; y < target.height; y++) {
    for (let x = 0; x < target.width; x++) {
      const [u, v] = transformPoint(back, x + 0.5, y + 0.5);
      const w = back[6] * (x + 0.5) + back[7] * (y + 0.5) + back[8];
      if (u < 0 || u >= image.width || v < 0 || v >= image.height || w <= 0) continue;
      const [x0, y0] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
      const [right, down] = [u - 0.5 - x0, v - 0.5 - y0];
      for (let channel = 0; channel < 3; channel++) {
        const upper = pixel(x0, y0, channel) * (1 - right) + pixel(x0 + 1, y0, channel) * right;
        const lower = pixel(x0, y0 + 1, channel) * (1 - right) + pixel(x0 + 1, y0 + 1, channel) * right;
        target.pixels[3 * (y * target.width + x) + channel] = Math.round(upper * (1 - down) + lower * down);
      }
    }
  }
}

describe("a warped image", () => {
  it("is the naive one, through affine and projective transforms", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(seed);
      const image = noiseImage(SIZE, random);
      const near = (value: number, by: number): number => value + random.uniform(-by, by);
      const [g, h] = seed % 2 === 0 ? [0, 0] : [near(0, 0.01), near(0, 0.01)];
      const matrix: Matrix = [
        near(1.2, 0.4),
        near(0, 0.4),
        near(2, 8),
        near(0, 0.4),
        near(1.2, 0.4),
        near(2, 8),
        g,
        h,
        1,
      ];
      const [fast, naive] = [plainImage({ width: 30, height: 25 }, 9), plainImage({ width: 30, height: 25 }, 9)];
      warpImage(image, matrix, fast, WHOLE);
      naiveWarp(image, matrix, naive);
      const differences = fast.pixels.map((value, i) => Math.abs(value - (naive.pixels[i] as number)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1); // shares of neighbours have 11 bits
    }
  });

  it("is exact after flips, quarter turns and shifts by whole pixels", () => {
    const image = noiseImage(SIZE, new Random(1));
    const { width, height } = SIZE;
    const turned = plainImage({ width: height, height: width });
    warpImage(image, [0, -1, height, 1, 0, 0, 0, 0, 1], turned, [0, 0, height, width]);
    const mirrored = plainImage(SIZE);
    warpImage(image, aroundMiddle(SIZE, [-1, 0, 0, 1]), mirrored, [0, 0, width, height]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = image.pixels[3 * (y * width + x) + 1];
        expect(turned.pixels[3 * (x * height + (height - 1 - y)) + 1]).toBe(value);
        expect(mirrored.pixels[3 * (y * width + (width - 1 - x)) + 1]).toBe(value);
      }
    }
  });

  it("stays within its window, and leaves what it does not reach", () => {
    const target = plainImage(SIZE, 5);
    warpImage(plainImage({ width: 10, height: 10 }, 200), scaleAndShift(1, 1, 2, 2), target, [0, 0, 6, 20 - 3]);
    const painted = target.pixels.filter((value, i) => i % 3 === 0 && value === 200).length;
    expect(painted).toBe((6 - 2) * 10);
    expect(target.pixels.filter((value, i) => i % 3 === 0 && value === 5)).toHaveLength(23 * 17 - 40);
  });

  it("shows nothing that lies behind the horizon", () => {
    const back: Matrix = [1, 0, -40, 0, 1, -30, -0.1, 0, 1]; // takes (20, 17) to (20, 13), from behind
    const target = plainImage(SIZE, 5);
    warpImage(plainImage(SIZE, 200), invert(back), target, [0, 0, 23, 17]);
    expect(target.pixels.every((value) => value === 5)).toBe(true);
  });

  it("is averaged where it shrinks: stripes of one pixel become grey, not stripes", () => {
    for (const side of [64, 65]) {
      const image = plainImage({ width: side, height: side });
      for (let i = 0; i < side * side; i++) image.pixels.fill((i % side) % 2 === 0 ? 255 : 0, 3 * i, 3 * i + 3);
      const target = plainImage({ width: 16, height: 16 });
      warpImage(image, scaleAndShift(16 / side, 16 / side, 0, 0), target, [0, 0, 16, 16]);
      const inner = target.pixels.filter((_, i) => Math.floor(i / 3) % 16 < 15);
      expect(Math.min(...inner)).toBeGreaterThan(100);
      expect(Math.max(...inner)).toBeLessThan(160);
    }
  });

  it("keeps its marks in place where it shrinks, odd sizes included", () => {
    const image = plainImage({ width: 101, height: 77 });
    for (let y = 20; y < 60; y++) image.pixels.fill(255, 3 * (y * 101 + 40), 3 * (y * 101 + 88));
    const target = plainImage({ width: 25, height: 19 });
    warpImage(image, scaleAndShift(0.25, 0.25, 0, 0), target, [0, 0, 25, 19]);
    const bright = [...target.pixels.keys()].filter((i) => i % 3 === 0 && (target.pixels[i] as number) > 127);
    const [columns, rows] = [bright.map((i) => (i / 3) % 25), bright.map((i) => Math.floor(i / 75))];
    expect([Math.min(...columns), Math.max(...columns) + 1]).toEqual([10, 22]); // 40 / 4 and 88 / 4
    expect([Math.min(...rows), Math.max(...rows) + 1]).toEqual([5, 15]);
  });
});

it("a warped map takes the value under each centre", () => {
  const random = new Random(4);
  const map = { ...SIZE, data: Uint8Array.from({ length: 23 * 17 }, () => random.int(200)) };
  const matrix = multiply(scaleAndShift(1.3, 1.1, 3, -2), aroundMiddle(SIZE, [0.9, -0.3, 0.3, 0.9]));
  const target = { width: 30, height: 25, data: new Uint8Array(30 * 25).fill(255) };
  warpMap(map, matrix, target, [0, 0, 30, 25]);
  const back = invert(matrix);
  target.data.forEach((value, i) => {
    const [u, v] = transformPoint(back, (i % 30) + 0.5, Math.floor(i / 30) + 0.5);
    const inside = u >= 0 && v >= 0 && u < 23 && v < 17;
    expect(value).toBe(inside ? map.data[Math.floor(v) * 23 + Math.floor(u)] : 255);
  });
});
