import sharp from "sharp";
import { z } from "zod";
import { messageOf } from "../../../base/errors.ts";
import type { Size } from "../../../base/preprocessing.ts";
import { encodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { LabelledObject, Scalar } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import { checkRecords, coordinate } from "../checkedJson.ts";
import { scalarsOf } from "../scalars.ts";
import { joinParts, type Part } from "../joinParts.ts";
import type { NamedObject } from "../namedLabels.ts";
import { boxAround, ellipse } from "../shapes.ts";

/** Names that are ticked or not. */
export const labelmeFlags = z.record(z.string(), z.unknown()).nullish().catch(undefined);
const labelmeShape = z.object({
  label: z.union([z.string(), z.number()]).transform(String),
  points: z.array(z.tuple([coordinate, coordinate])),
  shape_type: z.string().nullish(),
  group_id: z.union([z.string(), z.number()]).nullish(),
  description: z.string().nullish(),
  mask: z.string().nullish(),
  // Of X-AnyLabeling:
  score: z.number().nullish().catch(undefined),
  difficult: z.boolean().nullish().catch(undefined),
  ...{ flags: labelmeFlags, attributes: labelmeFlags },
});
type LabelmeShape = z.infer<typeof labelmeShape>;

type Outline = Pick<LabelledObject, "box" | "segmentation">;

/** Flags of a shape that mean what other formats have a field for. */
export const MARKS = ["difficult", "truncated", "occluded"] as const;

const MAX_PIXELS = 100_000_000;

/**
 * The objects of a file's shapes, in their order. Shapes that are no areas are counted in `warnings` and left out.
 *
 * @param size of the image, as the file says
 * @param name the file's name for messages
 * @throws AnchorkitError naming a shape that is none
 */
export async function objectsOf(
  shapes: readonly unknown[],
  size: Size | undefined,
  name: string,
  warnings: Warnings,
): Promise<NamedObject[]> {
  const parts: Part[] = [];
  for (const { value: shape, key } of checkRecords(shapes, labelmeShape, { name, path: ["shapes"], warnings })) {
    const where = `${name}: shapes[${key}]`;
    const outline = await outlineOf(shape, size, where, warnings);
    if (!outline) continue;
    const isPart =
      (shape.shape_type ?? "polygon") === "polygon" && shape.group_id !== undefined && shape.group_id !== null;
    const group = isPart ? String(shape.group_id) : undefined;
    parts.push({ object: { where, name: shape.label, ...outline, ...saidOf(shape) }, group });
  }
  return joinParts(parts);
}

async function outlineOf(
  shape: LabelmeShape,
  size: Size | undefined,
  where: string,
  warnings: Warnings,
): Promise<Outline | undefined> {
  const { points, shape_type, label } = shape;
  const kind = shape_type ?? "polygon";
  const [first = [0, 0], second = [0, 0]] = points;
  const leaveOut = (what: string): Outline | undefined => {
    warnings.add(`${what}, left out`, `${where} ("${label}", ${kind} of ${points.length} points)`);
    return undefined;
  };
  if (label.trim() === "") return leaveOut("shapes without a label");
  switch (kind) {
    case "polygon": {
      if (points.length < 3) return leaveOut("polygons of less than three corners");
      const segmentation = [points.flat()];
      return { box: boxAround(segmentation), segmentation };
    }
    case "rectangle":
      return points.length < 2 ? leaveOut("rectangles of less than two corners") : { box: boxAround([points.flat()]) };
    case "oriented_rectangle":
    case "rotation":
      if (points.length < 3) return leaveOut("rectangles of less than two corners");
      warnings.add("oriented boxes, read as the upright boxes around them", where);
      return { box: boxAround([points.flat()]) };
    case "circle": {
      if (points.length < 2) return leaveOut("circles without a point on them");
      const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
      return ellipse(first[0], first[1], radius, radius);
    }
    case "mask":
      try {
        const mask = await readMask(shape, size);
        return { box: maskBox(mask), segmentation: mask };
      } catch (error) {
        warnings.add("masks that cannot be read, left out", `${where}: ${messageOf(error).split("\n")[0] ?? ""}`);
        return points.length < 2 ? undefined : { box: boxAround([points.flat()]) };
      }
    default:
      return leaveOut("points, lines and other shapes without an area");
  }
}

/** A mask: a PNG of the part from the first point to the second, both included; what is not 0 is inside. */
async function readMask({ mask, points }: LabelmeShape, size: Size | undefined): Promise<Rle> {
  const [first, second] = points;
  if (!mask || !first || !second) throw new Error("needs two points and a PNG");
  if (!size) throw new Error("the file does not say the image's size");
  const { width, height } = size;
  if (width * height > MAX_PIXELS) throw new Error(`an image of ${width} x ${height} is too large`);
  const image = sharp(Buffer.from(mask, "base64"), { limitInputPixels: MAX_PIXELS });
  const { data, info } = await image.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  const [left, top] = [Math.trunc(first[0]), Math.trunc(first[1])];
  const fits = left >= 0 && top >= 0 && left + info.width <= width && top + info.height <= height;
  if (!fits) throw new Error(`its ${info.width} x ${info.height} pixels at ${left}, ${top} leave the image`);
  const whole = new Uint8Array(width * height);
  for (let row = 0; row < info.height; row++) {
    whole.set(data.subarray(row * info.width, (row + 1) * info.width), (top + row) * width + left);
  }
  return encodeMask(whole, height, width);
}

/** What the shape says beside its label and outline. */
function saidOf({ flags, attributes, description, group_id, difficult, score }: LabelmeShape): Partial<LabelledObject> {
  const marks = MARKS.filter((mark) => flags?.[mark] === true || (mark === "difficult" && difficult));
  const others = Object.entries({ ...attributes, ...flags }).filter(([flag]) => !MARKS.some((mark) => mark === flag));
  const all: Record<string, Scalar> = {
    ...scalarsOf(Object.fromEntries(others)),
    ...(description && { description }),
    ...(group_id !== undefined && group_id !== null && { group_id }),
  };
  return {
    ...Object.fromEntries(marks.map((mark) => [mark, true])),
    ...(typeof score === "number" && { score }),
    ...(Object.keys(all).length > 0 && { attributes: all }),
  };
}
