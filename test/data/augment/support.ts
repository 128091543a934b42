import type { Size } from "../../../src/base/preprocessing.ts";
import type { Random } from "../../../src/base/random.ts";
import { Augmentation } from "../../../src/data/augment/description.ts";
import type { Draw, Layer } from "../../../src/data/augment/draw/draw.ts";
import { IDENTITY, type Matrix } from "../../../src/data/augment/apply/matrix.ts";
import type { ImageRecord, LabelledObject } from "../../../src/data/dataset.ts";
import type { StoredImage } from "../../../src/data/images/imageStore.ts";

type Box = LabelledObject["box"];

/** Operations as a file would have them. */
export function augmentationOf(operations: unknown[], rest: object = {}): Augmentation {
  return Augmentation.parse({ operations, ...rest });
}

/** An image of one colour. */
export function plainImage({ width, height }: Size, value = 0): StoredImage {
  return { width, height, pixels: new Uint8Array(3 * width * height).fill(value) };
}

/** Noise, so that a pixel is told from its neighbours. */
export function noiseImage({ width, height }: Size, random: Random): StoredImage {
  return { width, height, pixels: Uint8Array.from({ length: 3 * width * height }, () => random.int(256)) };
}

/** Fills a rectangle of whole pixels. */
export function mark({ pixels, width }: StoredImage, [x1, y1, x2, y2]: Box, colour: readonly number[]): void {
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) pixels.set(colour, 3 * (y * width + x));
}

/** Pixels of which at least half is of a channel's full value: 1 for each, row after row. */
export function marked({ pixels, width, height }: StoredImage, channel: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => ((pixels[3 * i + channel] as number) >= 128 ? 1 : 0));
}

/** The box around the pixels that are 1; nothing where none is. */
export function boxOfPixels(pixels: Uint8Array, width: number): Box | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  pixels.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x + 1), Math.max(y2, y + 1)];
  });
  return x2 > x1 ? [x1, y1, x2, y2] : undefined;
}

/** The largest distance between sides of two boxes. */
export function boxDistance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
}

export function recordOf(size: Size, objects: LabelledObject[], id = 1): ImageRecord {
  return { id, file: `image-${id}.png`, width: size.width, height: size.height, objects };
}

/** A draw by hand: one image on a canvas. */
export function drawOf(canvas: Size, matrix: Matrix = IDENTITY, rest: Partial<Draw> = {}): Draw {
  const layer: Layer = { image: 0, matrix, window: [0, 0, canvas.width, canvas.height], weight: 1 };
  return { canvas, fill: 0, minVisible: 0.35, minSide: 1, layers: [layer], changes: [], ...rest };
}
