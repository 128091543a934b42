import type { ResizeRule, Size } from "../../../base/preprocessing.ts";
import type { Random } from "../../../base/random.ts";
import type { ImageRecord } from "../../dataset.ts";
import { operationsByKind, type Augmentation } from "../description.ts";
import type { Draw, Window } from "./draw.ts";
import { drawCombination } from "./drawCombination.ts";
import { drawGeometry } from "./drawGeometry.ts";
import { drawPixelChanges } from "./drawPixelChanges.ts";
import { scaleAndShift } from "../apply/matrix.ts";
import { drawVariation, variationRanges } from "./variation.ts";

export interface DrawOptions {
  /** All images that may be combined. */
  images: readonly ImageRecord[];
  /** The image to augment. */
  index: number;
  /** Size of the result; without it, that of the image. */
  canvas?: Size;
  /** How images come to the canvas; `fit` unless told. */
  resize?: ResizeRule;
  /** Value of what no image covers; middle grey unless told. */
  fill?: number;
  /** Images are not combined where that would give more objects than this. */
  maxObjects?: number;
}

/** Draws one variation of an image. The same generator, options and augmentation give the same draw. */
export function drawAugmentation(random: Random, augmentation: Augmentation, options: DrawOptions): Draw {
  const { images, index, resize = "fit", fill = 128, maxObjects = Infinity } = options;
  const record = images[index];
  if (!record) throw new RangeError(`drawAugmentation: no image ${index}, there are ${images.length}`);
  const canvas = options.canvas ?? { width: record.width, height: record.height };
  const framing = { canvas, resize };
  const { minVisible, minSide } = augmentation;
  const whole: Window = [0, 0, canvas.width, canvas.height];
  const draw: Draw = { canvas, fill, minVisible, minSide, layers: [], changes: [] };
  const ranges = variationRanges(augmentation);
  if (ranges) {
    const { placement, gains } = drawVariation(random, record, framing, ranges);
    const matrix = scaleAndShift(placement.scaleX, placement.scaleY, placement.offsetX, placement.offsetY);
    draw.layers.push({ image: index, matrix, window: whole, weight: 1 });
    if (gains.some((gain) => gain !== 1)) draw.changes.push({ name: "gain", factors: gains });
    return draw;
  }
  const { geometric, combining, photometric } = operationsByKind(augmentation);
  const matrix = drawGeometry(random, record, framing, geometric);
  draw.layers.push({ image: index, matrix, window: whole, weight: 1 });
  for (const operation of combining) {
    if (!random.chance(operation.probability)) continue;
    drawCombination(random, draw, operation, { images, resize, geometric, maxObjects });
  }
  draw.changes.push(...drawPixelChanges(random, canvas, photometric));
  return draw;
}
