import type { Size } from "../../../base/preprocessing.ts";
import { decodeMask, encodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import { rleFromBox, rleFromPolygons } from "../../../geometry/masks/polygonMask.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { LabelledObject } from "../../dataset.ts";
import type { Window } from "../draw/draw.ts";
import type { PlacedObject } from "./placeObjects.ts";

/** What lies over what was there. */
export interface Cover {
  /** Pixels of the canvas, row after row: 1 for those that are covered. */
  pixels: Uint8Array;
  /** All of them are in here. */
  window: Window;
}

/** The pixels of an object on the canvas: those of its outline or mask, otherwise those of its box. */
export function coverOfObject(object: LabelledObject, canvas: Size): Cover {
  const mask = maskOf(object, canvas);
  return { pixels: decodeMask(mask), window: maskBox(mask) };
}

/** The pixels of rectangles. */
export function coverOfRectangles(rectangles: readonly Window[], canvas: Size): Cover {
  const pixels = new Uint8Array(canvas.width * canvas.height);
  for (const [x1, y1, x2, y2] of rectangles) {
    for (let y = y1; y < y2; y++) pixels.fill(1, y * canvas.width + x1, y * canvas.width + x2);
  }
  return { pixels, window: [0, 0, canvas.width, canvas.height] };
}

/** Those of the objects of which enough is still to be seen; their boxes stay. */
export function uncovered(
  placed: readonly PlacedObject[],
  cover: Cover,
  canvas: Size,
  minVisible: number,
): PlacedObject[] {
  return placed
    .map((one) => ({ ...one, visible: one.visible * (1 - coveredShare(one.object.box, cover, canvas)) }))
    .filter(({ visible }) => visible >= minVisible);
}

/** Takes what is covered away from the object's mask; an outline becomes a mask where it is touched. */
export function cutMask(object: LabelledObject, cover: Cover, canvas: Size): LabelledObject {
  if (!object.segmentation) return object;
  const mask = decodeMask(maskOf(object, canvas));
  let touched = false;
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0 || cover.pixels[i] === 0) continue;
    mask[i] = 0;
    touched = true;
  }
  return touched ? { ...object, segmentation: encodeMask(mask, canvas.height, canvas.width) } : object;
}

function maskOf({ segmentation, box }: LabelledObject, { width, height }: Size): Rle {
  if (!segmentation || (!("counts" in segmentation) && segmentation.length === 0)) {
    return rleFromBox(box, height, width);
  }
  return "counts" in segmentation ? segmentation : rleFromPolygons(segmentation, height, width);
}

/** Of the pixels whose centres are in the box. */
function coveredShare([x1, y1, x2, y2]: LabelledObject["box"], cover: Cover, { width }: Size): number {
  const [left, top, right, bottom] = [x1, y1, x2, y2].map((value) => Math.ceil(value - 0.5)) as Window;
  let [count, covered] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++, count++) covered += cover.pixels[y * width + x] as number;
  }
  return count > 0 ? covered / count : 0;
}
