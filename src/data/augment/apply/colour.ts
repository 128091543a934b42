import type { ColourChange, PixelChange } from "../draw/draw.ts";
import { IDENTITY, invert, multiply, type Matrix } from "./matrix.ts";

/** colour = matrix * [red, green, blue] + shift */
export interface ColourMap {
  matrix: Matrix;
  shift: readonly [number, number, number];
}

const NO_SHIFT = [0, 0, 0] as const;

/** Shares of red, green and blue in how light a colour looks (ITU-R BT.601). */
const LIGHTNESS = [0.299, 0.587, 0.114] as const;

/** To the coordinates of NTSC television: lightness, orange against blue, purple against green; greys are 0 in the last two. */
const TO_YIQ: Matrix = [...LIGHTNESS, 0.596, -0.274, -0.322, 0.211, -0.523, 0.312];
const FROM_YIQ = invert(TO_YIQ);

/**
 * Changes the colours of an image in place. Linear changes in a row are one matrix: values are rounded and cut to 0..255
 * once, after the last of them.
 */
export function changeColours(pixels: Uint8Array, changes: readonly ColourChange[]): void {
  let map: ColourMap | undefined;
  for (const change of changes) {
    if (change.name !== "gamma") {
      const next = mapOf(change);
      map = map ? compose(next, map) : next;
      continue;
    }
    if (map) applyMap(pixels, map);
    map = undefined;
    const table = tableOf((value) => 255 * (value / 255) ** change.exponent);
    applyTables(pixels, [table, table, table]);
  }
  if (map) applyMap(pixels, map);
}

/** The changes as one map, values not cut to 0..255 in between; nothing where one of them is not linear. */
export function colourMapOf(changes: readonly PixelChange[]): ColourMap | undefined {
  let map: ColourMap = { matrix: IDENTITY, shift: NO_SHIFT };
  for (const change of changes) {
    if (!isLinear(change)) return undefined;
    map = compose(mapOf(change), map);
  }
  return map;
}

const LINEAR: ReadonlySet<string> = new Set(["gain", "brightness", "contrast", "saturation", "grey", "hue"]);

/** Whether the operation or change of this name is a linear map of each colour. */
export function isLinear<T extends { name: string }>(change: T): change is T & { name: LinearChange["name"] } {
  return LINEAR.has(change.name);
}

type LinearChange = Exclude<ColourChange, { name: "gamma" }>;

function mapOf(change: LinearChange): ColourMap {
  switch (change.name) {
    case "gain": {
      const [red, green, blue] = change.factors;
      return { matrix: [red, 0, 0, 0, green, 0, 0, 0, blue], shift: NO_SHIFT };
    }
    case "brightness":
      return { matrix: IDENTITY, shift: triple(255 * change.amount) };
    case "contrast": {
      const { factor } = change;
      return { matrix: [factor, 0, 0, 0, factor, 0, 0, 0, factor], shift: triple(127.5 * (1 - factor)) };
    }
    case "saturation":
      return { matrix: saturation(change.factor), shift: NO_SHIFT };
    case "grey":
      return { matrix: saturation(0), shift: NO_SHIFT };
    case "hue":
      return { matrix: hue(change.degrees), shift: NO_SHIFT };
  }
}

function triple(value: number): [number, number, number] {
  return [value, value, value];
}

/** lightness + factor * (colour - lightness) */
function saturation(factor: number): Matrix {
  const [red, green, blue] = LIGHTNESS.map((share) => (1 - factor) * share) as [number, number, number];
  return [red + factor, green, blue, red, green + factor, blue, red, green, blue + factor];
}

/**
 * A turn of orange-blue and purple-green; lightness and greys stay. Like the hue of HSV it runs from red over yellow to
 * green; there each colour moves by the same angle, here by the same on average.
 */
function hue(degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return multiply(FROM_YIQ, multiply([1, 0, 0, 0, cos, sin, 0, -sin, cos], TO_YIQ));
}

/** First b, then a. */
function compose(a: ColourMap, b: ColourMap): ColourMap {
  const [red, green, blue] = b.shift;
  const shift = [0, 1, 2].map((row) => {
    const [x, y, z] = a.matrix.slice(3 * row, 3 * row + 3) as [number, number, number];
    return x * red + y * green + z * blue + (a.shift[row] as number);
  }) as [number, number, number];
  return { matrix: multiply(a.matrix, b.matrix), shift };
}

function applyMap(pixels: Uint8Array, { matrix: [a, b, c, d, e, f, g, h, i], shift }: ColourMap): void {
  const [red, green, blue] = shift;
  if (b === 0 && c === 0 && d === 0 && f === 0 && g === 0 && h === 0) {
    applyTables(pixels, [
      tableOf((value) => a * value + red),
      tableOf((value) => e * value + green),
      tableOf((value) => i * value + blue),
    ]);
    return;
  }
  const result = clamped(pixels);
  for (let at = 0; at < pixels.length; at += 3) {
    const [x, y, z] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
    result[at] = a * x + b * y + c * z + red;
    result[at + 1] = d * x + e * y + f * z + green;
    result[at + 2] = g * x + h * y + i * z + blue;
  }
}

function applyTables(pixels: Uint8Array, [red, green, blue]: readonly [Table, Table, Table]): void {
  for (let at = 0; at < pixels.length; at += 3) {
    pixels[at] = red[pixels[at] as number] as number;
    pixels[at + 1] = green[pixels[at + 1] as number] as number;
    pixels[at + 2] = blue[pixels[at + 2] as number] as number;
  }
}

type Table = Uint8ClampedArray;

function tableOf(change: (value: number) => number): Table {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => change(value));
}

/** The same bytes, but what is written is rounded and cut to 0..255. */
export function clamped(pixels: Uint8Array): Uint8ClampedArray {
  return new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
}
