import { messageOf } from "../../../base/errors.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import { rleFromCounts } from "../../../geometry/masks/rle.ts";
import { rleFromString, rleToString } from "../../../geometry/masks/rleString.ts";
import type { Segmentation } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";

/**
 * COCO's `segmentation`: a list of polygons, or a mask `{ size: [height, width], counts }` whose counts are numbers or
 * pycocotools' compressed text. Parts that are none of these are counted in `warnings` and left out.
 */
export function segmentationOf(value: unknown, where: string, warnings: Warnings): Segmentation | undefined {
  if (value === undefined || value === null) return undefined;
  const wrong = (why: string): void => {
    warnings.add("segmentations that are no polygons or masks, left out, boxes kept", `${where}: ${why}`);
  };
  if (Array.isArray(value)) {
    // Some tools write the one polygon of an object without the list around it.
    const parts = (value.length > 0 && value.every((part) => typeof part === "number") ? [value] : value) as unknown[];
    const polygons = parts.filter(isPolygon);
    const bad = parts.find((part) => !isPolygon(part) && !(Array.isArray(part) && part.length === 0));
    if (bad !== undefined) wrong("a polygon has x and y of three corners or more");
    return polygons.length > 0 ? polygons : undefined;
  }
  const { size, counts } = value as { size?: unknown; counts?: unknown };
  if (!Array.isArray(size) || size.length !== 2) {
    wrong("a mask has size and counts");
    return undefined;
  }
  const [height, width] = size as [number, number];
  try {
    return typeof counts === "string"
      ? rleFromString(counts, height, width)
      : rleFromCounts(counts as number[], height, width);
  } catch (error) {
    wrong(messageOf(error));
    return undefined;
  }
}

/** As COCO writes it: polygons, or a mask with compressed counts; an empty list where there is none. */
export function cocoSegmentation(segmentation: Segmentation | undefined): unknown {
  if (segmentation === undefined) return [];
  if (Array.isArray(segmentation)) return segmentation;
  return { size: [segmentation.height, segmentation.width], counts: rleToString(segmentation) };
}

/** Its area in pixels: the mask's, or the sum of the polygons'. */
export function segmentationArea(segmentation: Segmentation): number {
  if (!Array.isArray(segmentation)) return maskArea(segmentation);
  return segmentation.reduce((sum, polygon) => sum + polygonArea(polygon), 0);
}

function polygonArea(polygon: readonly number[]): number {
  let twice = 0;
  let [x, y] = [polygon.at(-2) ?? 0, polygon.at(-1) ?? 0];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    const [nextX, nextY] = [polygon[i] ?? 0, polygon[i + 1] ?? 0];
    twice += x * nextY - nextX * y;
    [x, y] = [nextX, nextY];
  }
  return Math.abs(twice) / 2;
}

function isPolygon(part: unknown): part is number[] {
  return Array.isArray(part) && part.length >= 6 && part.length % 2 === 0 && part.every(Number.isFinite);
}
