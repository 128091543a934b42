import { messageOf } from "../../../base/errors.ts";
import { maskArea } from "../../../geometry/masks/maskExtent.ts";
import { rleFromCounts } from "../../../geometry/masks/rle.ts";
import { rleFromString, rleToString } from "../../../geometry/masks/rleString.ts";
import { polygonsIn } from "../../comparison/cocoMask.ts";
import type { Segmentation } from "../../dataset.ts";

/** What can be read of a `segmentation`, and what is wrong with the rest. */
export interface ReadSegmentation {
  segmentation?: Segmentation;
  flaw?: string;
}

/**
 * COCO's `segmentation`: a list of polygons, or a mask `{ size: [height, width], counts }` whose counts are numbers or
 * pycocotools' compressed text. Some tools write the one polygon of an object without the list around it.
 */
export function readSegmentation(value: unknown): ReadSegmentation {
  if (value === undefined || value === null || value === "") return {};
  if (Array.isArray(value)) return readPolygons(polygonsIn(value));
  const { size, counts } = value as { size?: unknown; counts?: unknown };
  if (!Array.isArray(size) || size.length !== 2) return { flaw: "a mask has size and counts" };
  const [height, width] = size as [number, number];
  try {
    const isText = typeof counts === "string";
    return {
      segmentation: isText ? rleFromString(counts, height, width) : rleFromCounts(counts as number[], height, width),
    };
  } catch (error) {
    return { flaw: messageOf(error) };
  }
}

function readPolygons(parts: readonly unknown[]): ReadSegmentation {
  const polygons = parts.filter(isPolygon);
  return {
    ...(polygons.length > 0 && { segmentation: polygons }),
    ...(polygons.length < parts.length && { flaw: "a polygon has x and y of three corners or more" }),
  };
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
