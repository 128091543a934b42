import type { Size } from "../../base/preprocessing.ts";
import { sum } from "../../base/statistics.ts";

/** Pixels row by row, the channels of each together. */
export interface Raster extends Size {
  data: Uint8Array;
  channels: number;
}

/** A part of an image, in whole pixels. */
export interface Rectangle extends Size {
  left: number;
  top: number;
}

/** How pixels between pixels are computed; TensorFlow's names. "area" is the mean of what a pixel covers. */
export type Interpolation = (typeof INTERPOLATIONS)[number];

export const INTERPOLATIONS = [
  ...(["nearest", "bilinear", "bicubic", "area"] as const),
  ...(["lanczos3", "lanczos5", "gaussian", "mitchellcubic"] as const),
] as const;

/** A raster of any numbers. */
type Numbers = Omit<Raster, "data"> & { data: Uint8Array | Float32Array };

/** What is resampled to what size, and how. */
type Resampling = [image: Numbers, from: Rectangle, size: Size, interpolation: Interpolation, antialias?: boolean];

/**
 * A part of an image at another size: size.height * size.width * channels numbers, neither rounded nor clipped. Pixels
 * have their centres at halves; beyond the border nothing is there, and the weights of the rest are scaled up to 1.
 *
 * The numbers are those of `tf.image.resize` (2.21). Without `antialias`, an image that is made smaller is sampled: of a
 * fine pattern, what lies between the samples is lost. With it, the filter is widened to cover every pixel.
 */
export function resample(...given: Resampling): Float32Array {
  return resampled((length) => new Float32Array(length), ...given);
}

/** What `resample` gives as bytes: rounded, ties to even, and clipped. */
export function resampleBytes(...given: Resampling): Uint8Array {
  return new Uint8Array(resampled((length) => new Uint8ClampedArray(length), ...given).buffer);
}

/** Which of `length` pixels lies under the middle of one of `wanted`; in 32 bits as TensorFlow decides it. */
export function nearestPixel(index: number, length: number, wanted: number): number {
  return Math.min(Math.floor(Math.fround((index + 0.5) * Math.fround(length / wanted))), length - 1);
}

/** What one pixel of the result is made of: weights of the pixels from `start` on. */
interface Span {
  start: number;
  weights: number[];
}

/** The spans of a whole side, in arrays: pixel i has `counts[i]` weights from place `places[i]` on. */
interface Spans {
  starts: Int32Array;
  counts: Int32Array;
  places: Int32Array;
  weights: Float64Array;
}

function resampled<Result extends Float32Array | Uint8ClampedArray>(
  make: (length: number) => Result,
  ...given: Resampling
): Result {
  const [{ channels }, , size] = given;
  const across = size.width * channels;
  const result = make(size.height * across);
  resampleRows(
    (row, y) => {
      result.set(row, y * across);
    },
    ...given,
  );
  return result;
}

/**
 * What `resample` gives, row by row, without the memory for all of them.
 *
 * @param each is given size.width * channels numbers, which hold until it returns
 */
export function resampleRows(
  each: (row: Float64Array, y: number) => void,
  ...[{ data, width, channels }, from, size, interpolation, antialias = false]: Resampling
): void {
  const columns = spans(from.width, size.width, interpolation, antialias);
  const rows = spans(from.height, size.height, interpolation, antialias);
  const across = size.width * channels;
  // Rows of the image at the wanted width, as many as one of the result is made of: row y is in lines[y % lines.length].
  const lines = Array.from({ length: rows.counts.reduce((a, b) => Math.max(a, b), 0) }, () => new Float64Array(across));
  const mixed = new Float64Array(across);
  let narrowed = 0;
  for (let y = 0; y < size.height; y++) {
    const start = rows.starts[y] as number;
    const count = rows.counts[y] as number;
    for (narrowed = Math.max(narrowed, start); narrowed < start + count; narrowed++) {
      const begin = ((from.top + narrowed) * width + from.left) * channels;
      narrowRow(data, begin, columns, channels, lines[narrowed % lines.length] as Float64Array);
    }
    mixRows(lines, start, rows.weights.subarray(rows.places[y], (rows.places[y] as number) + count), mixed);
    each(mixed, y);
  }
}

function narrowRow(data: Numbers["data"], begin: number, columns: Spans, channels: number, line: Float64Array): void {
  const { starts, counts, places, weights } = columns;
  for (let x = 0; x < starts.length; x++) {
    const first = starts[x] as number;
    const place = places[x] as number;
    const end = place + (counts[x] as number);
    if (channels === 3) {
      // The usual number, which is worth its own loop: half the time.
      let r = 0;
      let g = 0;
      let b = 0;
      for (let i = place, at = begin + first * 3; i < end; i++, at += 3) {
        const weight = weights[i] as number;
        r += weight * (data[at] as number);
        g += weight * (data[at + 1] as number);
        b += weight * (data[at + 2] as number);
      }
      line[3 * x] = r;
      line[3 * x + 1] = g;
      line[3 * x + 2] = b;
      continue;
    }
    for (let c = 0; c < channels; c++) {
      let total = 0;
      let at = begin + first * channels + c;
      for (let i = place; i < end; i++, at += channels) {
        total += (weights[i] as number) * (data[at] as number);
      }
      line[x * channels + c] = total;
    }
  }
}

function mixRows(lines: readonly Float64Array[], start: number, weights: Float64Array, mixed: Float64Array): void {
  for (let i = 0; i < weights.length; i++) {
    const line = lines[(start + i) % lines.length] as Float64Array;
    const weight = weights[i] as number;
    if (i === 0) for (let x = 0; x < mixed.length; x++) mixed[x] = weight * (line[x] as number);
    else for (let x = 0; x < mixed.length; x++) mixed[x] = (mixed[x] as number) + weight * (line[x] as number);
  }
}

/** Images of a data set are often of one size; these are the latest sides. */
const latest = new Map<string, Spans>();
const MOST_KEPT = 16;

/** The spans along one side, for a side of `length` pixels made `wanted` pixels long. */
function spans(length: number, wanted: number, interpolation: Interpolation, antialias: boolean): Spans {
  const key = `${length} ${wanted} ${interpolation} ${antialias}`;
  const known = latest.get(key);
  if (known) return known;
  if (latest.size >= MOST_KEPT) latest.clear();
  const made = makeSpans(length, wanted, interpolation, antialias);
  latest.set(key, made);
  return made;
}

function makeSpans(length: number, wanted: number, interpolation: Interpolation, antialias: boolean): Spans {
  const scale = length / wanted;
  const span = (i: number): Span => {
    if (interpolation === "nearest") {
      return { start: nearestPixel(i, length, wanted), weights: [1] };
    }
    if (interpolation === "area") return areaSpan(i * scale, (i + 1) * scale, length);
    return filterSpan((i + 0.5) * scale, length, interpolation, antialias ? Math.max(scale, 1) : 1, antialias);
  };
  const list = Array.from({ length: wanted }, (_, i) => span(i));
  const counts = Int32Array.from(list, ({ weights }) => weights.length);
  let place = 0;
  const places = counts.map((count) => (place += count) - count);
  return {
    starts: Int32Array.from(list, ({ start }) => start),
    counts,
    places,
    weights: Float64Array.from(list.flatMap(({ weights }) => weights)),
  };
}

/** From one place to another, pixels count by how much of them lies between. */
function areaSpan(from: number, to: number, length: number): Span {
  const start = Math.floor(from);
  const end = Math.min(Math.ceil(to - 1e-9), length);
  const covered = Array.from(
    { length: end - start },
    (_, i) => Math.min(start + i + 1, to) - Math.max(start + i, from),
  );
  return normalized(start, covered);
}

function filterSpan(
  centre: number,
  length: number,
  name: keyof typeof FILTERS,
  widening: number,
  antialias: boolean,
): Span {
  const { radius, weight } = FILTERS[name];
  // TensorFlow's sampling bicubic filter comes from a table with 1024 steps.
  const at = name === "bicubic" && !antialias ? Math.round((centre - 0.5) * 1024) / 1024 + 0.5 : centre;
  const start = Math.max(0, Math.ceil(at - radius * widening - 0.5));
  const end = Math.min(length - 1, Math.floor(at + radius * widening - 0.5));
  const weights = Array.from({ length: end - start + 1 }, (_, i) =>
    weight(Math.abs((start + i + 0.5 - at) / widening)),
  );
  return normalized(start, weights);
}

function normalized(start: number, weights: readonly number[]): Span {
  const total = sum(weights);
  return { start, weights: weights.map((weight) => weight / total) };
}

/** Weights by distance, which is not negative. */
const FILTERS = {
  bilinear: { radius: 1, weight: (x: number) => Math.max(0, 1 - x) },
  /** Keys 1981, a = -0.5. */
  bicubic: { radius: 2, weight: (x: number) => cubic(x, [1.5, -2.5, 0, 1], [-0.5, 2.5, -4, 2]) },
  /** Mitchell and Netravali 1988, B = C = 1/3. */
  mitchellcubic: {
    radius: 2,
    weight: (x: number) => cubic(x, [7 / 6, -2, 0, 8 / 9], [-7 / 18, 2, -10 / 3, 16 / 9]),
  },
  gaussian: { radius: 1.5, weight: (x: number) => (x < 1.5 ? Math.exp((-x * x) / (2 * 0.5 ** 2)) : 0) },
  lanczos3: { radius: 3, weight: (x: number) => lanczos(x, 3) },
  lanczos5: { radius: 5, weight: (x: number) => lanczos(x, 5) },
};

type Polynomial = readonly [number, number, number, number];

/** A piecewise cubic: one polynomial below 1, another below 2. */
function cubic(x: number, near: Polynomial, far: Polynomial): number {
  if (x >= 2) return 0;
  const [a, b, c, d] = x < 1 ? near : far;
  return ((a * x + b) * x + c) * x + d;
}

function lanczos(x: number, radius: number): number {
  if (x >= radius) return 0;
  if (x < 1e-3) return 1;
  const angle = Math.PI * x;
  return (radius * Math.sin(angle) * Math.sin(angle / radius)) / angle ** 2;
}
