import type { Size } from "../../base/preprocessing.ts";
import { decodeMask, encodeMask } from "../../geometry/masks/encodeMask.ts";
import type { Rle } from "../../geometry/masks/rle.ts";
import type { Segmentation } from "../dataset.ts";
import { type LabelPlacement, placePoint } from "./placement.ts";

/**
 * Takes a segmentation of the label file to the image as it is shown: polygons are turned, scaled and clipped, masks
 * turned or resized (the nearest pixel's value).
 *
 * @param size of the image as it is shown
 * @returns undefined where nothing of the polygons lies in the image, or the mask is not of the image's size
 */
export function placeSegmentation(
  segmentation: Segmentation,
  placement: LabelPlacement,
  size: Size,
): Segmentation | undefined {
  if (!Array.isArray(segmentation)) return placeMask(segmentation, placement, size);
  const polygons = segmentation.map((polygon) => clipPolygon(placePolygon(polygon, placement), size));
  const left = polygons.filter((polygon) => polygon.length >= 6);
  return left.length > 0 ? left : undefined;
}

function placePolygon(polygon: readonly number[], placement: LabelPlacement): number[] {
  const placed: number[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const [x, y] = placePoint(polygon[i] ?? 0, polygon[i + 1] ?? 0, placement);
    placed.push(x, y);
  }
  return placed;
}

/** The part of a polygon in the image: cut at each side in turn (Sutherland and Hodgman, 1974). */
function clipPolygon(polygon: number[], { width, height }: Size): number[] {
  let clipped = polygon;
  for (const [axis, limit, sign] of [
    [0, 0, 1],
    [0, width, -1],
    [1, 0, 1],
    [1, height, -1],
  ] as const) {
    if (clipped.some((value, i) => i % 2 === axis && (value - limit) * sign < 0)) {
      clipped = cut(clipped, axis, limit, sign);
    }
  }
  return clipped;
}

/** The part of a polygon where x (axis 0) or y (axis 1) is at least `limit` (sign 1) or at most (sign -1). */
function cut(polygon: readonly number[], axis: 0 | 1, limit: number, sign: 1 | -1): number[] {
  const kept: number[] = [];
  const corners = polygon.length / 2;
  for (let i = 0; i < corners; i++) {
    const before = (i + corners - 1) % corners;
    const from = [polygon[2 * before] ?? 0, polygon[2 * before + 1] ?? 0] as const;
    const to = [polygon[2 * i] ?? 0, polygon[2 * i + 1] ?? 0] as const;
    const [fromDepth, toDepth] = [(from[axis] - limit) * sign, (to[axis] - limit) * sign];
    if (fromDepth * toDepth < 0) {
      const share = fromDepth / (fromDepth - toDepth);
      const other = from[(1 - axis) as 0 | 1] + share * (to[(1 - axis) as 0 | 1] - from[(1 - axis) as 0 | 1]);
      if (axis === 0) kept.push(limit, other);
      else kept.push(other, limit);
    }
    if (toDepth >= 0) kept.push(...to);
  }
  return kept;
}

/** The same for a mask; undefined where it is not of the size of the pixels that were labelled. */
export function placeMask(mask: Rle, placement: LabelPlacement, size: Size): Rle | undefined {
  const { scaleX, scaleY, orientation, stored } = placement;
  const isWhole = (side: number, scale: number, whole: number) => Math.abs(side * scale - whole) < 1;
  if (!isWhole(mask.width, scaleX, stored.width) || !isWhole(mask.height, scaleY, stored.height)) return undefined;
  if (orientation <= 1 && mask.width === size.width && mask.height === size.height) return mask;
  const pixels = decodeMask(mask);
  // Where each shown pixel comes from: the point in its middle, by the way back.
  const back = inverse(placement, size);
  const placed = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [fromX, fromY] = back(x + 0.5, y + 0.5);
      const column = Math.min(mask.width - 1, Math.floor(fromX));
      const row = Math.min(mask.height - 1, Math.floor(fromY));
      placed[y * size.width + x] = pixels[row * mask.width + column] ?? 0;
    }
  }
  return encodeMask(placed, size.height, size.width);
}

/** From a point of the image as shown to the one of the mask. Quarter turns undo each other, all others themselves. */
function inverse(
  { scaleX, scaleY, orientation }: LabelPlacement,
  size: Size,
): (x: number, y: number) => [number, number] {
  const undo = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
  const turn: LabelPlacement = { scaleX: 1, scaleY: 1, orientation: undo, stored: size };
  return (x, y) => {
    const [storedX, storedY] = placePoint(x, y, turn);
    return [storedX / scaleX, storedY / scaleY];
  };
}
