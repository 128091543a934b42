import { AnchorkitError, messageOf } from "../../../base/errors.ts";
import type { Size } from "../../../base/preprocessing.ts";
import { encodeMask } from "../../../geometry/masks/encodeMask.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";
import type { LabelledObject, Scalar } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import type { Part } from "../joinParts.ts";
import { scalarOf } from "../scalars.ts";
import { boxAround, ellipse, turnedCorners } from "../shapes.ts";
import { childrenOf, textOf, type XmlElement } from "../xml.ts";

type Outline = Pick<LabelledObject, "box" | "segmentation">;

/** Attributes that mean what other formats have a field for; CVAT's own import of Pascal VOC calls them so. */
export const MARKS = ["difficult", "truncated", "occluded"] as const;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const MAX_PIXELS = 100_000_000;

/** Whether a child of an image is a label of the image as a whole. */
export function isTag({ tag }: XmlElement): boolean {
  return tag === "tag";
}

/**
 * The object of a shape. Points, lines, cuboids and skeletons are counted in `warnings` and left out.
 *
 * @param size of the image, as the file says
 * @throws AnchorkitError for a shape without a label or with a number that is none
 */
export function cvatShape(
  shape: XmlElement,
  size: Size | undefined,
  where: string,
  warnings: Warnings,
): Part | undefined {
  const outline = outlineOf(shape, size, where, warnings);
  if (!outline) return undefined;
  const name = shape.attributes.get("label") ?? "";
  if (name.trim() === "") throw new AnchorkitError(`${where}: has no label`);
  const group = Number(shape.attributes.get("group_id") ?? 0) > 0 ? shape.attributes.get("group_id") : undefined;
  return { object: { where, name, ...outline, ...saidOf(shape) }, group: shape.tag === "polygon" ? group : undefined };
}

function outlineOf(shape: XmlElement, size: Size | undefined, where: string, warnings: Warnings): Outline | undefined {
  const number = (key: string): number => numberOf(shape.attributes.get(key), `${where}: ${key}`);
  switch (shape.tag) {
    case "box": {
      const box: Outline["box"] = [number("xtl"), number("ytl"), number("xbr"), number("ybr")];
      if (turnOf(shape, where) === 0) return { box };
      warnings.add("rotated boxes, read as the upright boxes around them", where);
      const centre = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2] as const;
      return { box: boxAround([turnedCorners(box, turnOf(shape, where), centre)]) };
    }
    case "polygon": {
      const polygon = pointsOf(shape.attributes.get("points") ?? "", where);
      if (polygon.length >= 6) return { box: boxAround([polygon]), segmentation: [polygon] };
      warnings.add("polygons of less than three corners, left out", where);
      return undefined;
    }
    case "ellipse": {
      const angle = (turnOf(shape, where) * Math.PI) / 180;
      return ellipse(number("cx"), number("cy"), number("rx"), number("ry"), angle);
    }
    case "mask": {
      const corner = [number("left"), number("top")] as const;
      const side = [number("width"), number("height")] as const;
      try {
        const segmentation = maskOf(shape.attributes.get("rle") ?? "", corner, side, size);
        return { box: maskBox(segmentation), segmentation };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        warnings.add("masks that cannot be read, boxes kept", where, { detail: `: ${messageOf(error)}` });
        return { box: [...corner, corner[0] + side[0], corner[1] + side[1]] };
      }
    }
    default:
      warnings.add("points, lines and other shapes without an area, left out", where);
      return undefined;
  }
}

/**
 * A mask of the image: `rle` are the lengths of runs, row after row of the part that the mask lies in, so many pixels
 * outside first.
 *
 * @throws RangeError where they do not fill the part, or this is not within the image
 */
function maskOf(
  rle: string,
  [left, top]: readonly [number, number],
  [width, height]: readonly [number, number],
  size: Size | undefined,
): Rle {
  if (!size) throw new RangeError("the file does not say the image's size");
  if (size.width * size.height > MAX_PIXELS) throw new RangeError("the image is too large");
  const whole = [left, top, width, height, size.width, size.height].every(Number.isInteger);
  const fits = left >= 0 && top >= 0 && left + width <= size.width && top + height <= size.height;
  if (!whole || !fits) throw new RangeError("it leaves the image");
  const pixels = new Uint8Array(size.width * size.height);
  let end = 0;
  for (const [i, text] of rle.split(",").entries()) {
    const count = Number(text.trim() === "" ? NaN : text);
    if (!Number.isInteger(count) || count < 0) throw new RangeError(`"${text.slice(0, 20)}" is no length of a run`);
    const start = end;
    end += count;
    if (end > width * height) break;
    for (let at = start; i % 2 === 1 && at < end; at++) {
      pixels[(top + Math.floor(at / width)) * size.width + left + (at % width)] = 1;
    }
  }
  if (end !== width * height) throw new RangeError(`its runs are not ${width} x ${height} pixels`);
  return encodeMask(pixels, size.height, size.width);
}

/** What a shape says beside its label and outline. */
function saidOf(shape: XmlElement): Partial<LabelledObject> {
  const own = shape.attributes;
  const values = new Map(
    childrenOf(shape, "attribute").map((each) => [each.attributes.get("name") ?? "", textOf(each)]),
  );
  const pose = values.get("pose")?.trim() ?? "";
  const isSet = (mark: string) =>
    /^(?:1|true)$/i.test(values.get(mark) ?? "") || (mark === "occluded" && own.get(mark) === "1");
  const marks = MARKS.filter(isSet).map((mark) => [mark, true] as const);
  const attributes = new Map<string, Scalar>();
  const [order, group, source] = [own.get("z_order") ?? "0", own.get("group_id") ?? "0", own.get("source") ?? "manual"];
  if (order !== "0") attributes.set("z_order", scalarOf(order));
  if (group !== "0") attributes.set("group_id", scalarOf(group));
  if (source !== "manual") attributes.set("source", source);
  for (const [name, text] of values) {
    if (name !== "" && name !== "pose" && !MARKS.some((mark) => mark === name)) attributes.set(name, scalarOf(text));
  }
  return {
    ...Object.fromEntries(marks),
    ...(pose !== "" && pose !== "Unspecified" && { pose }),
    ...(attributes.size > 0 && { attributes: Object.fromEntries(attributes) }),
  };
}

function pointsOf(text: string, where: string): number[] {
  return text.split(";").flatMap((point, i) => {
    const [x, y, ...others] = point.split(",");
    const at = `${where}: point ${i + 1}`;
    if (others.length > 0) throw new AnchorkitError(`${at} must be x and y, got "${point.slice(0, 50)}"`);
    return [numberOf(x, `${at}: x`), numberOf(y, `${at}: y`)];
  });
}

/** By how many degrees a shape is turned, 0 where it is not. */
function turnOf({ attributes }: XmlElement, where: string): number {
  const text = attributes.get("rotation");
  return text === undefined ? 0 : numberOf(text, `${where}: rotation`) % 360;
}

function numberOf(text: string | undefined, where: string): number {
  const value = NUMBER.test(text?.trim() ?? "") ? Number(text) : NaN;
  if (Math.abs(value) <= 1e6) return value;
  throw new AnchorkitError(`${where} must be a number of pixels, got "${(text ?? "").slice(0, 50)}"`);
}
