import type { LabelledObject, Segmentation } from "../data/dataset.ts";
import { decodeMask } from "../geometry/masks/encodeMask.ts";
import type { Rle } from "../geometry/masks/rle.ts";
import { boxLabel, boxLines, lineWidth, placeBox, type Rect } from "./boxShapes.ts";
import { classColor } from "./colors.ts";
import { checkedClass } from "./overlay.ts";
import { fitText } from "./svgText.ts";

/**
 * The labelled objects of one image as a transparent SVG of width x height pixels: each with its frame, its outline or
 * mask (filled, and seen through), and the name of its class where there is room (none with `names: false`). Difficult
 * objects and crowds have dashed frames, and it says so. Smaller objects are drawn over larger ones.
 *
 * @param scale pixels of the drawing for one of the boxes' pixels
 * @throws AnchorkitError when a box has NaN or infinity in it, or a class is not in the list
 */
export function labelOverlay(
  width: number,
  height: number,
  objects: readonly LabelledObject[],
  classes: readonly string[],
  { scale, fontSize, names = true }: { scale: number; fontSize: number; names?: boolean },
): string {
  const line = lineWidth(width, height);
  const shown = objects
    .map((object, i) => ({ object, rect: placeBox(object.box, scale, width, height, `object ${i + 1}`) }))
    .sort((a, b) => b.rect.width * b.rect.height - a.rect.width * a.rect.height);
  const shapes: string[] = [];
  const labels: string[] = [];
  const around = { width, height, boxes: shown.map(({ rect }) => rect), taken: [] as Rect[] };
  for (const { object, rect } of shown) {
    const color = classColor(checkedClass(object.class, classes));
    const path = object.segmentation && outline(object.segmentation, scale, rect);
    if (path)
      shapes.push(
        `<path d="${path}" fill="${color}" fill-opacity="0.35" fill-rule="evenodd" ${edgeOf(object, color)}/>`,
      );
    const mark = object.crowd ? " (crowd)" : object.difficult ? " (difficult)" : "";
    shapes.push(boxLines(rect, line, color, mark !== ""));
    if (!names) continue;
    const text = fitText(`${classes[object.class] ?? ""}${mark}`, fontSize, width - fontSize / 2);
    labels.push(boxLabel(rect, text, fontSize, color, around));
  }
  const content = [...shapes, ...labels].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
}

/** Polygons have an edge; that of a mask's rows would cover it. */
function edgeOf({ segmentation }: LabelledObject, color: string): string {
  return Array.isArray(segmentation) ? `stroke="${color}"` : "";
}

/** An SVG path: the polygons, or the rows of a mask's pixels. */
function outline(segmentation: Segmentation, scale: number, rect: Rect): string {
  if (!Array.isArray(segmentation)) return maskRows(segmentation, scale, rect);
  const at = (value: number | undefined): string => ((value ?? 0) * scale).toFixed(1);
  return segmentation
    .map((polygon) => {
      const points: string[] = [];
      for (let i = 0; i + 1 < polygon.length; i += 2) points.push(`${at(polygon[i])} ${at(polygon[i + 1])}`);
      return points.length > 0 ? `M${points.join("L")}Z` : "";
    })
    .join("");
}

/** The mask as it is seen at that scale, inside its box: a rectangle of one pixel's height for each run in a row. */
function maskRows(mask: Rle, scale: number, { x, y, width, height }: Rect): string {
  const pixels = decodeMask(mask);
  const inside = (column: number, row: number): boolean => {
    const [sourceX, sourceY] = [Math.floor((column + 0.5) / scale), Math.floor((row + 0.5) / scale)];
    return sourceX < mask.width && pixels[sourceY * mask.width + sourceX] === 1;
  };
  let path = "";
  for (let row = y; row < y + height; row++) {
    let start = -1;
    for (let column = x; column <= x + width; column++) {
      const covered = column < x + width && inside(column, row);
      if (covered && start < 0) start = column;
      if (covered || start < 0) continue;
      path += `M${start} ${row}H${column}v1H${start}Z`;
      start = -1;
    }
  }
  return path;
}
