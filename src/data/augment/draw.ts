import type { Size } from "../../base/preprocessing.ts";
import type { Random } from "../../base/random.ts";
import type { ImageRecord } from "../dataset.ts";
import { operationsByKind, type Augmentation } from "./description.ts";
import { drawCombination } from "./drawCombination.ts";
import { drawGeometry } from "./drawGeometry.ts";
import { drawPixelChanges, type PixelChange } from "./drawPixelChanges.ts";
import { scaleAndShift, type Matrix } from "./matrix.ts";
import { drawVariation, variationRanges } from "./variation.ts";

/** x1, y1, x2, y2 in whole pixels of the canvas. */
export type Window = [number, number, number, number];

/** One image on the canvas. */
export interface Layer {
  /** Index of the image. */
  image: number;
  /** From pixels of the image (as it is labelled, not as it is stored) to pixels of the canvas. */
  matrix: Matrix;
  /** The part of the canvas that the image may cover. */
  window: Window;
  /** How much of the image is seen over what is below it, 0 to 1. */
  weight: number;
  /** Only these objects of the image, cut out: their indices. Without it, the whole image. */
  objects?: number[];
}

/** All that is random about one augmented image, as plain data (JSON keeps it). */
export interface Draw {
  canvas: Size;
  /** Value of what no image covers, 0..255. */
  fill: number;
  minVisible: number;
  minSide: number;
  /** From the lowest to the topmost; the first is the image itself. */
  layers: Layer[];
  /** What is done to the pixels of the canvas afterwards, in order. */
  changes: PixelChange[];
}

export interface DrawOptions {
  /** All images that may be combined. */
  images: readonly ImageRecord[];
  /** The image to augment. */
  index: number;
  /** Size of the result; without it, that of the image. */
  canvas?: Size;
  /** Value of what no image covers; middle grey unless told. */
  fill?: number;
  /** Images are not combined where that would give more objects than this. */
  maxObjects?: number;
}

/** Draws one variation of an image. The same generator, options and augmentation give the same draw. */
export function drawAugmentation(random: Random, augmentation: Augmentation, options: DrawOptions): Draw {
  const { images, index, fill = 128, maxObjects = Infinity } = options;
  const record = images[index];
  if (!record) throw new RangeError(`drawAugmentation: no image ${index}, there are ${images.length}`);
  const canvas = options.canvas ?? { width: record.width, height: record.height };
  const { minVisible, minSide } = augmentation;
  const whole: Window = [0, 0, canvas.width, canvas.height];
  const draw: Draw = { canvas, fill, minVisible, minSide, layers: [], changes: [] };
  const ranges = variationRanges(augmentation);
  if (ranges) {
    const { placement, gains } = drawVariation(random, record, canvas, ranges);
    const matrix = scaleAndShift(placement.scaleX, placement.scaleY, placement.offsetX, placement.offsetY);
    draw.layers.push({ image: index, matrix, window: whole, weight: 1 });
    if (gains.some((gain) => gain !== 1)) draw.changes.push({ name: "gain", factors: gains });
    return draw;
  }
  const { geometric, combining, photometric } = operationsByKind(augmentation);
  const matrix = drawGeometry(random, record, canvas, geometric);
  draw.layers.push({ image: index, matrix, window: whole, weight: 1 });
  for (const operation of combining) {
    if (!random.chance(operation.probability)) continue;
    drawCombination(random, draw, operation, { images, geometric, maxObjects });
  }
  draw.changes.push(...drawPixelChanges(random, canvas, photometric));
  return draw;
}
