import type { Size } from "../../base/preprocessing.ts";
import { median } from "../../base/statistics.ts";

/** Sides of the canvas are multiples of this, so that the maps of all strides lie even on it. */
const MULTIPLE = 16;

/**
 * A canvas for images of these sizes: its longer side is `size`, its shape the typical one of the images, between 1:2
 * and 2:1, so that little of it stays empty.
 *
 * @param multiple what its sides are multiples of
 */
export function chooseCanvas(images: readonly Size[], size: number, multiple = MULTIPLE): Size {
  const typical = images.length === 0 ? 0 : median(images.map(({ width, height }) => Math.log(width / height)));
  const ratio = Math.exp(Math.min(Math.max(typical, -Math.LN2), Math.LN2)); // width / height
  const even = (side: number): number => Math.max(multiple, Math.round(side / multiple) * multiple);
  return { width: even(size * Math.min(1, ratio)), height: even(size * Math.min(1, 1 / ratio)) };
}
