import type { Size } from "../../base/preprocessing.ts";
import type { StoredImage } from "../imageStore.ts";
import type { Window } from "./draw.ts";
import { invert, multiply, scaleAndShift, transformPoint, type Matrix } from "./matrix.ts";

/** One number for each pixel, row after row: classes, or 0 and 1. */
export interface PixelMap extends Size {
  data: Uint8Array;
}

/**
 * Paints an image onto another through a projective transform, bilinear; pixels of the target whose centre the image
 * does not reach stay as they are. Where the image shrinks to half or less, it is averaged in halves first.
 *
 * @param matrix from pixels of `image` to pixels of `target`
 */
export function warpImage(image: StoredImage, matrix: Matrix, target: StoredImage, window: Window): void {
  let source = image;
  let [back, width, height] = [invert(matrix), image.width, image.height];
  for (let shrink = shrinkAt(back, window); shrink >= 2 && source.width * source.height > 1; shrink /= 2) {
    source = halve(source);
    back = multiply(scaleAndShift(0.5, 0.5, 0, 0), back);
    [width, height] = [width / 2, height / 2];
  }
  const { pixels } = source;
  const [lastX, lastY, stride] = [source.width - 1, source.height - 1, source.width * 3];
  forEachRow(back, window, (us, vs, y) => {
    let to = 3 * (y * target.width + window[0]);
    for (let i = 0; i < us.length; i++, to += 3) {
      const [u, v] = [us[i] as number, vs[i] as number];
      if (!(u >= 0 && u < width && v >= 0 && v < height)) continue;
      const x = Math.min(Math.max(u - 0.5, 0), lastX);
      const y = Math.min(Math.max(v - 0.5, 0), lastY);
      const [x0, y0] = [x | 0, y | 0];
      const [right, down] = [x - x0, y - y0];
      const a = y0 * stride + 3 * x0;
      const b = x0 < lastX ? a + 3 : a;
      const c = y0 < lastY ? a + stride : a;
      const d = c + b - a;
      for (let channel = 0; channel < 3; channel++) {
        const upper = at(pixels, a + channel) * (1 - right) + at(pixels, b + channel) * right;
        const lower = at(pixels, c + channel) * (1 - right) + at(pixels, d + channel) * right;
        target.pixels[to + channel] = upper * (1 - down) + lower * down + 0.5;
      }
    }
  });
}

/** The same for a map of classes: each pixel takes what is under its centre. */
export function warpMap(map: PixelMap, matrix: Matrix, target: PixelMap, window: Window): void {
  forEachRow(invert(matrix), window, (us, vs, y) => {
    const to = y * target.width + window[0];
    for (let i = 0; i < us.length; i++) {
      const [u, v] = [us[i] as number, vs[i] as number];
      if (!(u >= 0 && u < map.width && v >= 0 && v < map.height)) continue;
      target.data[to + i] = at(map.data, (v | 0) * map.width + (u | 0));
    }
  });
}

function at(values: Uint8Array, i: number): number {
  return values[i] as number;
}

/** Where the centres of the pixels of each row come from; a negative u is nowhere. */
function forEachRow(
  back: Matrix,
  [x1, y1, x2, y2]: Window,
  visit: (us: Float64Array, vs: Float64Array, y: number) => void,
): void {
  const [us, vs] = [new Float64Array(x2 - x1), new Float64Array(x2 - x1)];
  const [a, b, c, d, e, f, g, h, k] = back;
  const affine = g === 0 && h === 0;
  for (let y = y1; y < y2; y++) {
    const row = y + 0.5;
    for (let i = 0; i < us.length; i++) {
      const column = x1 + i + 0.5;
      const w = affine ? k : g * column + h * row + k;
      us[i] = w > 0 ? (a * column + b * row + c) / w : -1; // what is behind the horizon is out of reach
      vs[i] = (d * column + e * row + f) / w;
    }
    visit(us, vs, y);
  }
}

/** How many pixels of the image, along a side, go into one of the target in the middle of the window. */
function shrinkAt(back: Matrix, [x1, y1, x2, y2]: Window): number {
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const [u, v] = transformPoint(back, x, y);
  const [ux, vx] = transformPoint(back, x + 0.5, y);
  const [uy, vy] = transformPoint(back, x, y + 0.5);
  return 2 * Math.sqrt(Math.abs((ux - u) * (vy - v) - (uy - u) * (vx - v)));
}

/** Means of two by two pixels; an odd last row or column is averaged with itself. */
function halve({ pixels, width, height }: StoredImage): StoredImage {
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) };
  const means = new Uint8Array(half.width * half.height * 3);
  for (let y = 0, to = 0; y < half.height; y++) {
    const upper = 2 * y * width * 3;
    const lower = 2 * y + 1 < height ? upper + width * 3 : upper;
    for (let x = 0; x < half.width; x++) {
      const left = 6 * x;
      const right = 2 * x + 1 < width ? left + 3 : left;
      for (let channel = 0; channel < 3; channel++, to++) {
        const sum =
          at(pixels, upper + left + channel) +
          at(pixels, upper + right + channel) +
          at(pixels, lower + left + channel) +
          at(pixels, lower + right + channel);
        means[to] = (sum + 2) >> 2;
      }
    }
  }
  return { ...half, pixels: means };
}
