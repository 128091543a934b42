import type { Size } from "../../base/preprocessing.ts";
import type { LabelledObject } from "../dataset.ts";

type Box = LabelledObject["box"];

/** A box in messages and lists of changes: "10, 20, 30.5, 40". */
export function shownBox(box: Box): string {
  return box.map((corner) => Number(corner.toFixed(2))).join(", ");
}

/** How labels come to pixels of the image as it is shown: scaled first, then turned. */
export interface LabelPlacement {
  scaleX: number;
  scaleY: number;
  /** EXIF orientation to apply, 1 to 8; 1 leaves everything where it is. */
  orientation: number;
  /** Size of the pixels that are turned. */
  stored: Size;
}

/** Takes a point of the label file to the image as it is shown. */
export function placePoint(
  x: number,
  y: number,
  { scaleX, scaleY, orientation, stored }: LabelPlacement,
): [number, number] {
  return orientPoint(x * scaleX, y * scaleY, stored, orientation);
}

/** Takes a box of the label file to the image as it is shown. Corners in the wrong order stay so where nothing turns. */
export function placeBox([x1, y1, x2, y2]: Box, placement: LabelPlacement): Box {
  const { scaleX, scaleY, orientation, stored } = placement;
  return orientBox([x1 * scaleX, y1 * scaleY, x2 * scaleX, y2 * scaleY], stored, orientation);
}

/**
 * Takes a box of the stored pixels to the image as EXIF says it is shown.
 *
 * @param size the stored width and height
 * @param orientation 1 to 8, as in the EXIF standard (tag 0x0112)
 */
export function orientBox(box: Box, size: Size, orientation: number): Box {
  const [fromX, fromY] = orientPoint(box[0], box[1], size, orientation);
  const [toX, toY] = orientPoint(box[2], box[3], size, orientation);
  if (orientation <= 1) return [fromX, fromY, toX, toY];
  return [Math.min(fromX, toX), Math.min(fromY, toY), Math.max(fromX, toX), Math.max(fromY, toY)];
}

function orientPoint(x: number, y: number, { width, height }: Size, orientation: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - x, y];
    case 3:
      return [width - x, height - y];
    case 4:
      return [x, height - y];
    case 5:
      return [y, x];
    case 6:
      return [height - y, x];
    case 7:
      return [height - y, width - x];
    case 8:
      return [y, width - x];
    default:
      return [x, y];
  }
}
