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
  const [x1, y1, x2, y2] = window;
  const from = rowBuffers(x2 - x1);
  for (let y = y1; y < y2; y++) {
    originsOfRow(back, x1, y, from);
    paintRow(source, { width, height }, from, target.pixels, 3 * (y * target.width + x1));
  }
}

/** The same for a map of classes: each pixel takes what is under its centre. */
export function warpMap(map: PixelMap, matrix: Matrix, target: PixelMap, [x1, y1, x2, y2]: Window): void {
  const back = invert(matrix);
  const from = rowBuffers(x2 - x1);
  for (let y = y1; y < y2; y++) {
    originsOfRow(back, x1, y, from);
    const to = y * target.width + x1;
    for (let i = 0; i < from.us.length; i++) {
      const [u, v] = [at(from.us, i), at(from.vs, i)];
      if (!(u >= 0 && u < map.width && v >= 0 && v < map.height)) continue;
      target.data[to + i] = at(map.data, (v | 0) * map.width + (u | 0));
    }
  }
}

/** Where in the image the centres of a row of pixels come from; a negative u is nowhere. */
interface Origins {
  us: Float64Array;
  vs: Float64Array;
}

function rowBuffers(length: number): Origins {
  return { us: new Float64Array(length), vs: new Float64Array(length) };
}

function originsOfRow(back: Matrix, x1: number, y: number, { us, vs }: Origins): void {
  const [a, b, c, d, e, f, g, h, k] = back;
  const affine = g === 0 && h === 0 && k === 1;
  const row = y + 0.5;
  for (let i = 0; i < us.length; i++) {
    const column = x1 + i + 0.5;
    us[i] = a * column + b * row + c;
    vs[i] = d * column + e * row + f;
    if (affine) continue;
    const w = g * column + h * row + k;
    us[i] = w > 0 ? at(us, i) / w : -1; // what is behind the horizon is out of reach
    vs[i] = at(vs, i) / w;
  }
}

/** Shares of neighbours are whole numbers, of which ONE * ONE are all: exact for a shift by whole pixels, and fast. */
const SHIFT = 22;
const ONE = 1 << (SHIFT / 2);
const HALF = 1 << (SHIFT - 1);

function paintRow(source: StoredImage, reach: Size, { us, vs }: Origins, into: Uint8Array, start: number): void {
  const { pixels } = source;
  const reachX = reach.width;
  const reachY = reach.height;
  const lastX = source.width - 1;
  const lastY = source.height - 1;
  const stride = source.width * 3;
  for (let i = 0; i < us.length; i++) {
    const u = us[i] as number;
    const v = vs[i] as number;
    if (!(u >= 0 && u < reachX && v >= 0 && v < reachY)) continue;
    const x = Math.min(Math.max(u - 0.5, 0), lastX);
    const y = Math.min(Math.max(v - 0.5, 0), lastY);
    const x0 = x | 0;
    const y0 = y | 0;
    const right = ((x - x0) * ONE + 0.5) | 0;
    const down = ((y - y0) * ONE + 0.5) | 0;
    const upperLeft = Math.imul(ONE - down, ONE - right);
    const upperRight = Math.imul(ONE - down, right);
    const lowerLeft = Math.imul(down, ONE - right);
    const lowerRight = Math.imul(down, right);
    const a = y0 * stride + 3 * x0;
    const b = x0 < lastX ? a + 3 : a;
    const c = y0 < lastY ? a + stride : a;
    const d = c + b - a;
    for (let k = 0; k < 3; k++) {
      const upper = Math.imul(pixels[a + k] as number, upperLeft) + Math.imul(pixels[b + k] as number, upperRight);
      const lower = Math.imul(pixels[c + k] as number, lowerLeft) + Math.imul(pixels[d + k] as number, lowerRight);
      into[start + 3 * i + k] = (upper + lower + HALF) >> SHIFT;
    }
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

function at(values: Uint8Array | Float64Array, i: number): number {
  return values[i] as number;
}
