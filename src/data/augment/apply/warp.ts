import type { Size } from "../../../base/preprocessing.ts";
import type { StoredImage } from "../../images/imageStore.ts";
import type { Window } from "../draw/draw.ts";
import { invert, multiply, scaleAndShift, transformPoint, type Matrix } from "./matrix.ts";

/** Some bytes for each pixel, row after row, that must not be mixed: classes, 0 and 1. */
export interface PixelMap extends Size {
  /** [height, width, channels] */
  data: Uint8Array;
  /** 1 unless told. */
  channels?: number;
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

/** The same for a map of classes, to one of as many channels: each pixel takes what is under its centre. */
export function warpMap(map: PixelMap, matrix: Matrix, target: PixelMap, [x1, y1, x2, y2]: Window): void {
  const back = invert(matrix);
  const from = rowBuffers(x2 - x1);
  const { channels = 1 } = map;
  for (let y = y1; y < y2; y++) {
    originsOfRow(back, x1, y, from);
    const to = y * target.width + x1;
    for (let i = 0; i < from.us.length; i++) {
      const [u, v] = [at(from.us, i), at(from.vs, i)];
      if (!(u >= 0 && u < map.width && v >= 0 && v < map.height)) continue;
      const source = channels * ((v | 0) * map.width + (u | 0));
      for (let c = 0; c < channels; c++) target.data[channels * (to + i) + c] = at(map.data, source + c);
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
  const [u, v, w] = [b * (y + 0.5) + c, e * (y + 0.5) + f, h * (y + 0.5) + k];
  if (g === 0 && h === 0 && k === 1) {
    for (let i = 0; i < us.length; i++) {
      us[i] = a * (x1 + i + 0.5) + u;
      vs[i] = d * (x1 + i + 0.5) + v;
    }
    return;
  }
  for (let i = 0; i < us.length; i++) {
    const column = x1 + i + 0.5;
    const depth = g * column + w;
    us[i] = depth > 0 ? (a * column + u) / depth : -1; // what is behind the horizon is out of reach
    vs[i] = (d * column + v) / depth;
  }
}

function paintRow(source: StoredImage, reach: Size, { us, vs }: Origins, into: Uint8Array, start: number): void {
  const { pixels } = source;
  const reachX = reach.width;
  const reachY = reach.height;
  const lastX = source.width - 1;
  const lastY = source.height - 1;
  const stride = source.width * 3;
  for (let i = 0, to = start; i < us.length; i++, to += 3) {
    const u = us[i] as number;
    const v = vs[i] as number;
    if (!(u >= 0 && u < reachX && v >= 0 && v < reachY)) continue;
    const x = within(u - 0.5, lastX);
    const y = within(v - 0.5, lastY);
    const x0 = x | 0;
    const y0 = y | 0;
    const right = ((x - x0) * ONE + 0.5) | 0;
    const down = ((y - y0) * ONE + 0.5) | 0;
    const a = y0 * stride + 3 * x0;
    const b = x0 < lastX ? a + 3 : a;
    const c = y0 < lastY ? a + stride : a;
    const d = c + b - a;
    into[to] = blend(at(pixels, a), at(pixels, b), at(pixels, c), at(pixels, d), right, down);
    into[to + 1] = blend(at(pixels, a + 1), at(pixels, b + 1), at(pixels, c + 1), at(pixels, d + 1), right, down);
    into[to + 2] = blend(at(pixels, a + 2), at(pixels, b + 2), at(pixels, c + 2), at(pixels, d + 2), right, down);
  }
}

function within(value: number, last: number): number {
  if (value < 0) return 0;
  return value > last ? last : value;
}

/** Shares of neighbours are whole numbers, of which ONE are all: exact for a shift by whole pixels, and fast. */
const BITS = 11;
const ONE = 1 << BITS;
const HALF = 1 << (2 * BITS - 1);

/** Between four neighbours: upper left and right, lower left and right. */
function blend(a: number, b: number, c: number, d: number, right: number, down: number): number {
  const upper = (a << BITS) + Math.imul(b - a, right);
  const lower = (c << BITS) + Math.imul(d - c, right);
  return ((upper << BITS) + Math.imul(lower - upper, down) + HALF) >> (2 * BITS);
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
