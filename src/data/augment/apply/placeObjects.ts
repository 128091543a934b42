import type { Size } from "../../../base/preprocessing.ts";
import { decodeMask, encodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { LabelledObject, Segmentation } from "../../dataset.ts";
import {
  boxCorners,
  clipPolygon,
  halfPlanesOf,
  totalArea,
  transformPolygon,
  windowAround,
  type Polygon,
} from "./clipShape.ts";
import type { Draw, Layer } from "../draw/draw.ts";
import { keepsBoxes, transformPoint } from "./matrix.ts";
import { warpMap } from "./warp.ts";

/** An object of the image as it is on the canvas, and how much of it is seen there, 0 to 1. */
export interface PlacedObject {
  object: LabelledObject;
  visible: number;
}

/**
 * Objects of an image on the canvas. Boxes are the smallest ones around what is seen: of the outline or mask where the
 * object has one, otherwise of the box's own corners. Those of which too little is seen are left out.
 *
 * @param masks whether outlines and masks come along; without, boxes alone, the same ones
 */
export function placeObjects(
  objects: readonly LabelledObject[],
  layer: Layer,
  { canvas, minVisible, minSide }: Draw,
  masks: boolean,
): PlacedObject[] {
  const placed: PlacedObject[] = [];
  for (const object of layer.objects?.map((i) => objects[i] as LabelledObject) ?? objects) {
    const seen = seenPart(object, layer);
    if (!seen || seen.visible < minVisible) continue;
    const [x1, y1, x2, y2] = seen.box;
    if (!(x2 - x1 >= minSide && y2 - y1 >= minSide && x2 > x1 && y2 > y1)) continue;
    const { segmentation, area, ...rest } = object;
    const result: LabelledObject = { ...rest, box: seen.box };
    if (area !== undefined) result.area = area * seen.growth;
    if (masks && segmentation) result.segmentation = placeSegmentation(segmentation, layer, canvas);
    placed.push({ object: result, visible: seen.visible });
  }
  return placed;
}

interface SeenPart {
  box: [number, number, number, number];
  /** Share of the object's area. */
  visible: number;
  /** Area seen on the canvas over that in the image. */
  growth: number;
}

function seenPart(object: LabelledObject, { matrix, window }: Layer): SeenPart | undefined {
  const corners = boxCorners(object.box);
  const wholeBox = keepsBoxes(matrix) ? hull(transformPolygon(corners, matrix)) : undefined;
  if (wholeBox && wholeBox.every((value, i) => (i < 2 ? value >= at(window, i) : value <= at(window, i)))) {
    return { box: wholeBox, visible: 1, growth: Math.abs(matrix[0] * matrix[4] - matrix[1] * matrix[3]) };
  }
  const outline = shapeOf(object.segmentation);
  const shape = totalArea(outline) > 0 ? outline : [corners];
  const inside = halfPlanesOf(matrix, window);
  const seen = shape.map((polygon) => clipPolygon(polygon, inside)).filter((polygon) => polygon.length > 2);
  const moved = seen.map((polygon) => transformPolygon(polygon, matrix));
  const whole = totalArea(shape);
  if (seen.length === 0 || whole === 0) return undefined;
  const clamp = (value: number, i: number): number =>
    Math.min(Math.max(value, at(window, i % 2)), at(window, 2 + (i % 2)));
  const box = hull(moved.flat()).map(clamp) as SeenPart["box"];
  return { box, visible: totalArea(seen) / whole, growth: totalArea(moved) / whole };
}

function at(window: readonly number[], i: number): number {
  return window[i] as number;
}

function hull(points: Polygon): [number, number, number, number] {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    [x1, x2] = [Math.min(x1, x), Math.max(x2, x)];
    [y1, y2] = [Math.min(y1, y), Math.max(y2, y)];
  }
  return [x1, y1, x2, y2];
}

/** The outlines, or for a mask the rectangle of each run of its columns. */
function shapeOf(segmentation: Segmentation | undefined): Polygon[] {
  if (!segmentation) return [];
  if (!("counts" in segmentation)) return segmentation.map(pointsOf);
  const rectangles: Polygon[] = [];
  const { height, counts } = segmentation;
  let end = 0;
  counts.forEach((count, i) => {
    const start = end;
    end += count;
    if (i % 2 === 0) return;
    for (let from = start; from < end;) {
      const column = Math.floor(from / height);
      const to = Math.min(end, (column + 1) * height);
      rectangles.push(boxCorners([column, from - column * height, column + 1, to - column * height]));
      from = to;
    }
  });
  return rectangles;
}

function pointsOf(flat: readonly number[]): Polygon {
  return Array.from({ length: flat.length >> 1 }, (_, i) => [flat[2 * i] as number, flat[2 * i + 1] as number]);
}

/** Outlines clipped to what is seen, masks on a canvas of their own. */
function placeSegmentation(segmentation: Segmentation, { matrix, window }: Layer, canvas: Size): Segmentation {
  if ("counts" in segmentation) return warpRle(segmentation, { matrix, window }, canvas);
  const inside = halfPlanesOf(matrix, window);
  return segmentation
    .map((flat) => clipPolygon(pointsOf(flat), inside))
    .filter((polygon) => polygon.length > 2)
    .map((polygon) => polygon.flatMap(([x, y]) => transformPoint(matrix, x, y)));
}

/** A mask on the canvas: each pixel takes what is under its centre. */
function warpRle(rle: Rle, { matrix, window }: Pick<Layer, "matrix" | "window">, canvas: Size): Rle {
  const data = new Uint8Array(canvas.width * canvas.height);
  const { width, height } = rle;
  const seen = transformPolygon(clipPolygon(boxCorners(maskBox(rle)), halfPlanesOf(matrix, window)), matrix);
  if (seen.length > 0) {
    const touched = windowAround(hull(seen), window);
    warpMap({ data: decodeMask(rle), width, height }, matrix, { data, ...canvas }, touched);
  }
  return encodeMask(data, canvas.height, canvas.width);
}
