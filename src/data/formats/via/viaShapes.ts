import { AnchorkitError } from "../../../base/errors.ts";
import type { LabelledObject } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import { coordinateOf } from "../checkedJson.ts";
import type { ViaRegion } from "./viaImage.ts";
import { boxAround, ellipse } from "../shapes.ts";

/**
 * The box and outline of a region's `shape_attributes`. Points and lines are counted in `warnings` and left out.
 *
 * @throws AnchorkitError for a shape without its numbers
 */
export function outlineOf(
  shape: ViaRegion["shape"],
  where: string,
  warnings: Warnings,
): Pick<LabelledObject, "box" | "segmentation"> | undefined {
  const number = (key: string): number => coordinateOf(shape[key], `${where}: ${key}`);
  const kind = typeof shape.name === "string" ? shape.name : "";
  switch (kind) {
    case "rect": {
      const [x, y] = [number("x"), number("y")];
      return { box: [x, y, x + number("width"), y + number("height")] };
    }
    case "polygon": {
      const polygon = cornersOf(shape, where);
      if (polygon.length >= 6) return { box: boxAround([polygon]), segmentation: [polygon] };
      warnings.add("polygons of less than three corners, left out", where);
      return undefined;
    }
    case "circle":
      return ellipse(number("cx"), number("cy"), number("r"), number("r"));
    case "ellipse":
      return ellipse(
        number("cx"),
        number("cy"),
        number("rx"),
        number("ry"),
        shape.theta === undefined ? 0 : number("theta"),
      );
    default:
      warnings.add("points, lines and other shapes without an area, left out", where, { detail: ` ("${kind}")` });
      return undefined;
  }
}

function cornersOf({ all_points_x: xs, all_points_y: ys }: ViaRegion["shape"], where: string): number[] {
  if (!Array.isArray(xs) || !Array.isArray(ys) || xs.length !== ys.length) {
    throw new AnchorkitError(`${where}: all_points_x and all_points_y must be lists of the same length`);
  }
  return xs.flatMap((x: unknown, i) => [
    coordinateOf(x, `${where}: all_points_x[${i}]`),
    coordinateOf(ys[i], `${where}: all_points_y[${i}]`),
  ]);
}
