import { BACKGROUND, IGNORED, MOST_CLASSES, type LabelMap } from "./labelMap.ts";
import { maskArea } from "./maskExtent.ts";
import { checkMaskSize, checkRle, type Rle } from "./rle.ts";
import type { GridSize, PixelLabels } from "../regions/pixelGrid.ts";

// A pixel belongs to one object: of those that overlap, the smaller lies on top, so that none is lost under a larger one.

/** The object of each pixel, [height * width], row by row: 0 is none, i + 1 the one of index i. */
export type InstanceMap = Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/**
 * Draws the masks of objects into a map of objects, the smaller on top of the larger ones.
 * @returns 16 bits a pixel where they hold the number of masks, else 32
 * @throws RangeError where a mask is not of this size, or its runs do not sum up to it
 */
export function instanceMap(masks: readonly Rle[], size: GridSize): InstanceMap {
  const pixels = pixelsOf("instanceMap", size);
  const map = masks.length < 2 ** 16 ? new Uint16Array(pixels) : new Int32Array(pixels);
  masks.forEach((mask, i) => checkMask(`instanceMap: masks[${i}]`, mask, size));
  for (const i of largestFirst(masks)) paintMask(map, masks[i] as Rle, i + 1);
  return map;
}

/** What is drawn into a map of classes. */
export interface MaskOfClass {
  mask: Rle;
  /** Index into the list of classes; undefined for pixels that do not count, as those of an object without an outline. */
  class: number | undefined;
}

/**
 * Draws objects into a map of their classes, the smaller on top of the larger ones.
 * @param ignored pixels that nobody labelled: on top of all objects
 * @throws RangeError where a class is not an index from 0 to 253, or a mask is not of this size
 */
export function drawLabelMap(objects: readonly MaskOfClass[], size: GridSize, ignored?: Rle): LabelMap {
  const data = new Uint8Array(pixelsOf("drawLabelMap", size)).fill(BACKGROUND);
  const values = objects.map(({ mask, class: index }, i) => {
    checkMask(`drawLabelMap: objects[${i}]`, mask, size);
    return index === undefined ? IGNORED : labelOf(`drawLabelMap: objects[${i}]`, index);
  });
  const masks = objects.map(({ mask }) => mask);
  for (const i of largestFirst(masks)) paintMask(data, masks[i] as Rle, values[i] as number);
  if (ignored) paintMask(data, checkMask("drawLabelMap: ignored", ignored, size), IGNORED);
  return { width: size.width, height: size.height, data };
}

/** The indices of masks, that of the largest first; of equal ones the earlier first. */
export function largestFirst(masks: readonly Rle[]): number[] {
  const areas = masks.map(maskArea);
  return [...areas.keys()].sort((a, b) => (areas[b] as number) - (areas[a] as number));
}

/**
 * Gives the pixels of a mask a value.
 * @param map [height, width] of the mask, row-major; written in place
 * @returns whether one of them had a value other than 0 before
 */
export function paintMask(map: PixelLabels, { height, width, counts }: Rle, value: number): boolean {
  let overlaps = false;
  let end = 0; // down the columns
  for (let run = 0; run < counts.length; run++) {
    let place = end;
    end += counts[run] as number;
    if (run % 2 === 0) continue;
    let x = Math.floor(place / height);
    for (let y = place - x * height; place < end; x++, y = 0) {
      const bottom = Math.min(height, y + end - place);
      place += bottom - y;
      for (let at = y * width + x; y < bottom; y++, at += width) {
        if (map[at] !== 0) overlaps = true;
        map[at] = value;
      }
    }
  }
  return overlaps;
}

function pixelsOf(where: string, { width, height }: GridSize): number {
  checkMaskSize(where, height, width);
  return width * height;
}

function checkMask(where: string, mask: Rle, { width, height }: GridSize): Rle {
  if (mask.width !== width || mask.height !== height) {
    const sizes = `${mask.width} x ${mask.height} (width x height), the map ${width} x ${height}`;
    throw new RangeError(`${where}: the mask must be as large as the map, and is ${sizes}`);
  }
  return checkRle(where, mask);
}

function labelOf(where: string, index: number): number {
  if (Number.isInteger(index) && index >= 0 && index < MOST_CLASSES) return index + 1;
  throw new RangeError(`${where}: class must be an index from 0 to ${MOST_CLASSES - 1}, got ${index}`);
}
