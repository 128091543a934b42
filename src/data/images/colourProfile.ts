/** Brings interleaved R, G and B bytes to sRGB, in place. */
export type ToSrgb = (rgb: Uint8Array) => void;

/**
 * How colours of an ICC profile become sRGB's (ICC.1:2022): each channel through its curve to light, the light through a
 * matrix, and back through sRGB's curve (IEC 61966-2-1). Undefined for profiles of other kinds (grey, inks, tables), and for
 * damaged ones. Within 1 of what Little CMS computes.
 */
export function profileToSrgb(profile: Uint8Array): ToSrgb | undefined {
  if (profile.length > LARGEST) return undefined;
  const key = Buffer.from(profile.buffer, profile.byteOffset, profile.length).toString("latin1");
  if (!known.has(key)) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, read(profile));
  }
  return known.get(key);
}

/** Images of a data set share a profile or two, and building the tables takes longer than using them. */
const known = new Map<string, ToSrgb | undefined>();
const MOST_KNOWN = 16;
const LARGEST = 65_536;

function read(profile: Uint8Array): ToSrgb | undefined {
  try {
    const tags = readTags(profile);
    // Tables come before matrix and curves where a profile has both.
    if (!tags || tags.has("A2B0") || tags.has("A2B1")) return undefined;
    const columns = ["rXYZ", "gXYZ", "bXYZ"].map((name) => xyzOf(tags.get(name)));
    const curves = ["rTRC", "gTRC", "bTRC"].map((name) => lightOf(tags.get(name)));
    if (columns.includes(undefined) || curves.includes(undefined)) return undefined;
    return converter(toSrgbLight(columns as number[][]), curves as Float32Array[]);
  } catch (error) {
    if (error instanceof RangeError) return undefined; // it ends early
    throw error;
  }
}

/** The bytes of each tag of an RGB profile whose colours are given as XYZ. */
function readTags(profile: Uint8Array): Map<string, DataView> | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const text = (at: number): string => String.fromCharCode(...profile.subarray(at, at + 4));
  if (text(16) !== "RGB " || text(20) !== "XYZ " || text(36) !== "acsp") return undefined;
  const count = view.getUint32(128);
  if (count > 100) return undefined;
  const tags = Array.from({ length: count }, (_, i) => {
    const at = 132 + 12 * i;
    const [offset, size] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    if (offset + size > profile.length) throw new RangeError("a tag behind the end");
    return [text(at), new DataView(profile.buffer, profile.byteOffset + offset, size)] as const;
  });
  return new Map(tags);
}

/** X, Y and Z of a colour, relative to D50. */
function xyzOf(tag: DataView | undefined): number[] | undefined {
  if (!tag || typeOf(tag) !== "XYZ ") return undefined;
  return [8, 12, 16].map((at) => fixed(tag, at));
}

/**
 * The light of each of 256 values, 0 to 1. Undefined for curves that do not lead from black to white: what is done about a
 * grey black is a matter of the profile's version.
 */
function lightOf(tag: DataView | undefined): Float32Array | undefined {
  const curve = tag && (typeOf(tag) === "curv" ? sampledCurve(tag) : typeOf(tag) === "para" ? formula(tag) : undefined);
  if (!curve || Math.abs(curve(0)) > 1e-4 || Math.abs(curve(1) - 1) > 1e-3) return undefined;
  return Float32Array.from({ length: 256 }, (_, value) => Math.min(1, Math.max(0, curve(value / 255))));
}

type Curve = (x: number) => number;

function sampledCurve(tag: DataView): Curve {
  const count = tag.getUint32(8);
  if (count === 0) return (x) => x;
  if (count === 1) return (x) => x ** (tag.getUint16(12) / 256);
  const samples = Array.from({ length: count }, (_, i) => tag.getUint16(12 + 2 * i) / 65_535);
  return (x) => {
    const place = x * (count - 1);
    const before = Math.min(Math.floor(place), count - 2);
    const [low = 0, high = 0] = samples.slice(before, before + 2);
    return low + (place - before) * (high - low);
  };
}

/** The five parametric curves of section 10.18. */
function formula(tag: DataView): Curve | undefined {
  const kind = tag.getUint16(8);
  const numbers = [1, 3, 4, 5, 7][kind];
  if (numbers === undefined) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from({ length: numbers }, (_, i) =>
    fixed(tag, 12 + 4 * i),
  );
  if (kind === 0) return (x) => x ** g;
  if (kind === 1) return (x) => (x >= -b / a ? (a * x + b) ** g : 0);
  if (kind === 2) return (x) => (x >= -b / a ? (a * x + b) ** g + c : c);
  if (kind === 3) return (x) => (x >= d ? (a * x + b) ** g : c * x);
  return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f);
}

function typeOf(tag: DataView): string {
  return String.fromCharCode(tag.getUint8(0), tag.getUint8(1), tag.getUint8(2), tag.getUint8(3));
}

/** s15Fixed16Number. */
function fixed(tag: DataView, at: number): number {
  return tag.getInt32(at) / 65_536;
}

/** From light of the profile's primaries to light of sRGB's, row by row. */
function toSrgbLight(columns: readonly number[][]): number[] {
  return XYZ_TO_SRGB.flatMap((row) =>
    columns.map((column) => row.reduce((sum, x, i) => sum + x * (column[i] ?? 0), 0)),
  );
}

/** The inverse of the matrix of sRGB's primaries, brought to D50 as in the ICC's own sRGB profile. */
const XYZ_TO_SRGB = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
];

function converter(matrix: readonly number[], curves: readonly Float32Array[]): ToSrgb | undefined {
  if (!matrix.every(Number.isFinite)) return undefined;
  // What each value of each channel adds to the light of red, green and blue, in whole 64ths of a step.
  const shares = matrix.map((factor, i) =>
    Int32Array.from(curves[i % 3] ?? [], (light) => Math.round(factor * light * STEPS * 64)),
  );
  const [rr, gr, br, rg, gg, bg, rb, gb, bb] = shares as [Shares, Shares, Shares, Shares, Shares, Shares, Shares, Shares, Shares]; // prettier-ignore
  return (rgb) => {
    for (let at = 0; at < rgb.length; at += 3) {
      const red = rgb[at] as number;
      const green = rgb[at + 1] as number;
      const blue = rgb[at + 2] as number;
      rgb[at] = encode((rr[red] as number) + (gr[green] as number) + (br[blue] as number));
      rgb[at + 1] = encode((rg[red] as number) + (gg[green] as number) + (bg[blue] as number));
      rgb[at + 2] = encode((rb[red] as number) + (gb[green] as number) + (bb[blue] as number));
    }
  };
}

type Shares = Int32Array;

/** The byte of a light in 64ths of a step. */
function encode(light: number): number {
  const step = (light + 32) >> 6;
  return ENCODED[step < 0 ? 0 : step > STEPS ? STEPS : step] as number;
}

/** Light in so many steps that the steepest, in the dark, are a fifth of a byte. */
const STEPS = 16_384;
const ENCODED = Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
  const light = step / STEPS;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});
