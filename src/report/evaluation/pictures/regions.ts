import type { Size } from "../../../base/preprocessing.ts";
import type { SceneBox } from "./scenes.ts";

/** A part of an image, in its whole pixels. */
export interface Region extends Size {
  x: number;
  y: number;
}

/** Width over height of the pictures of errors. */
const ASPECT = 4 / 3;
/** A crop is so many times as long as the box in it, and at least this share of the image's longer side. */
const [CONTEXT, LEAST] = [3, 0.25];
/** Where the image ends sooner, a crop may come this near to the box, for its shape. */
const TIGHT = 1.25;

/**
 * What to show of an image so that a box is seen well, with what is around it: inside the image, and 4:3 as long as the box
 * has room in that.
 */
export function regionAround([x1, y1, x2, y2]: SceneBox, { width, height }: Size): Region {
  const least = LEAST * Math.max(width, height);
  const wanted = Math.max((x2 - x1) * CONTEXT, (y2 - y1) * CONTEXT * ASPECT, least, 32);
  const fitting = Math.min(wanted, width, height * ASPECT); // the widest 4:3 that the image has
  const shown = {
    width: Math.min(width, Math.ceil(Math.max(fitting, (x2 - x1) * TIGHT))),
    height: Math.min(height, Math.ceil(Math.max(fitting / ASPECT, (y2 - y1) * TIGHT))),
  };
  const start = (middle: number, length: number, all: number): number =>
    Math.round(Math.min(Math.max(0, middle - length / 2), all - length));
  return { x: start((x1 + x2) / 2, shown.width, width), y: start((y1 + y2) / 2, shown.height, height), ...shown };
}

/** Whether any of a box is in the region. */
export function overlaps([x1, y1, x2, y2]: SceneBox, region: Region): boolean {
  return x1 < region.x + region.width && x2 > region.x && y1 < region.y + region.height && y2 > region.y;
}
