import { messageOf } from "../../../base/errors.ts";
import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { LabelledObject, Scalar } from "../../dataset.ts";
import { groupBy } from "../../files.ts";
import type { Size } from "../../../base/preprocessing.ts";
import type { Warnings } from "../../warnings.ts";
import { maskFromBrush } from "./brushRle.ts";
import { coordinateOf } from "../checkedJson.ts";
import type { LabelStudioResult } from "./labelStudioTasks.ts";
import type { NamedObject } from "../namedLabels.ts";
import { scalarOf } from "../scalars.ts";
import { boxAround, ellipse, turnedCorners } from "../shapes.ts";

type Outline = Pick<LabelledObject, "box" | "segmentation">;
type Value = Readonly<Record<string, unknown>>;

/** What the results of an annotation say of an image. */
export interface ImageResults {
  /** In pixels of `labelledSize`; where that is missing, in fractions of the image. */
  objects: NamedObject[];
  labelledSize: Size | undefined;
  /** Choices and texts of the image as a whole. */
  fields: Record<string, Scalar>;
  /** The image was turned while it was labelled: what the numbers refer to is not documented. */
  isTurned: boolean;
}

/**
 * The objects of an annotation's results. Results with one id are one region: its outline, its label, and choices and
 * texts of it, which are its attributes.
 *
 * @param name file and record, for messages
 * @throws AnchorkitError naming the result
 */
export function readResults(results: readonly LabelStudioResult[], name: string, warnings: Warnings): ImageResults {
  const numbered = results.map((result, i) => ({ ...result, where: `${name}: result[${i}]`, key: keyOf(result, i) }));
  const size = commonSize(results);
  const objects: NamedObject[] = [];
  const fields: Record<string, Scalar>[] = [];
  for (const region of groupBy(numbered, ({ key }) => key).values()) {
    const [first] = region;
    if (!first) continue;
    const shaped = region.find(({ value }) => value && isShape(value));
    if (!shaped) {
      fields.push(textsOf(region));
      const known = region.some(({ value }) => value && textOf(value) !== undefined);
      if (!known)
        warnings.add("results that are neither regions nor texts, left out", first.where, {
          detail: ` (${first.type ?? "no type"})`,
        });
      continue;
    }
    try {
      const object = objectOf(region, shaped, size, warnings);
      if (object) objects.push(object);
    } catch (error) {
      warnings.fail(error, "bad-object", shaped.where);
    }
  }
  const isTurned = results.some(({ image_rotation }) => (image_rotation ?? 0) % 360 !== 0);
  return { objects, labelledSize: size, fields: Object.fromEntries(fields.flatMap(Object.entries)), isTurned };
}

type Placed = LabelStudioResult & { where: string };

function objectOf(
  region: readonly Placed[],
  shaped: Placed,
  size: Size | undefined,
  warnings: Warnings,
): NamedObject | undefined {
  const { where, score, value } = shaped;
  const labels = region.flatMap((result) => labelsOf(result.value ?? {}));
  const [label] = labels;
  if (label === undefined) {
    warnings.add("regions without a label, left out", where);
    return undefined;
  }
  if (new Set(labels).size > 1) {
    warnings.add("regions with several labels, the first taken", where, {
      detail: ` (${labels.slice(0, 3).join(", ")})`,
    });
  }
  const outline = outlineOf(value ?? {}, size, where, warnings);
  if (!outline) return undefined;
  const note = region.flatMap(({ meta }) => meta?.text ?? []).join("\n");
  const attributes = { ...textsOf(region), ...(note !== "" && { note }) };
  return {
    ...{ where, name: label, ...outline },
    ...(typeof score === "number" && score >= 0 && score <= 1 && { score }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}

function keyOf({ id }: LabelStudioResult, i: number): string {
  return id === undefined || id === null ? `[${i}]` : `id ${id}`;
}

/** The image's size, where all results that say one say the same. */
function commonSize(results: readonly LabelStudioResult[]): Size | undefined {
  const sizes = results
    .filter(({ value }) => value && isShape(value))
    .map(({ original_width: width, original_height: height }) => ({ width, height }));
  const [first] = sizes;
  if (!first?.width || !first.height || first.width <= 0 || first.height <= 0) return undefined;
  if (first.width > 1e6 || first.height > 1e6) return undefined;
  const isCommon = sizes.every(({ width, height }) => width === first.width && height === first.height);
  return isCommon ? { width: first.width, height: first.height } : undefined;
}

function isShape(value: Value): boolean {
  return ["x", "points", "rle", "imageDataURL"].some((key) => value[key] !== undefined && value[key] !== null);
}

/** `rectanglelabels`, `polygonlabels`, `brushlabels`, `labels` and the like: a list of names. */
function labelsOf(value: Value): string[] {
  const lists = Object.keys(value).filter((key) => key.endsWith("labels"));
  const names = lists.flatMap((key) => (Array.isArray(value[key]) ? (value[key] as unknown[]) : []));
  return names.filter((name): name is string => typeof name === "string" && name.trim() !== "");
}

function outlineOf(value: Value, size: Size | undefined, where: string, warnings: Warnings): Outline | undefined {
  const { width, height } = size ?? { width: 1, height: 1 };
  const percent = (key: string, side: number): number => (coordinateOf(value[key], `${where}: ${key}`) * side) / 100;
  const turn =
    value.rotation === undefined || value.rotation === null
      ? 0
      : coordinateOf(value.rotation, `${where}: rotation`) % 360;
  if (Array.isArray(value.rle)) return brushOf(value.rle as unknown[], size, where, warnings);
  if (Array.isArray(value.points)) {
    const polygon = (value.points as unknown[]).flatMap((point, i) => {
      const [x, y] = Array.isArray(point) ? (point as unknown[]) : [];
      const at = `${where}: points[${i}]`;
      return [(coordinateOf(x, at) * width) / 100, (coordinateOf(y, at) * height) / 100];
    });
    if (polygon.length >= 6) return { box: boxAround([polygon]), segmentation: [polygon] };
    warnings.add("polygons of less than three corners, left out", where);
    return undefined;
  }
  if (turn !== 0 && !size) {
    warnings.add("turned regions of images whose size is not said, left out", where);
    return undefined;
  }
  if (value.radiusX !== undefined) {
    const [rx, ry] = [percent("radiusX", width), percent("radiusY", height)];
    return ellipse(percent("x", width), percent("y", height), rx, ry, (turn * Math.PI) / 180);
  }
  if (value.height === undefined || value.x === undefined) {
    warnings.add("points, lines and other shapes without an area, left out", where);
    return undefined;
  }
  const [x, y] = [percent("x", width), percent("y", height)];
  const box: Outline["box"] = [x, y, x + percent("width", width), y + percent("height", height)];
  if (turn === 0) return { box };
  warnings.add("rotated boxes, read as the upright boxes around them", where);
  return { box: boxAround([turnedCorners(box, turn, [x, y])]) };
}

function brushOf(
  rle: readonly unknown[],
  size: Size | undefined,
  where: string,
  warnings: Warnings,
): Outline | undefined {
  try {
    if (!size) throw new RangeError("the image's size is not said");
    const segmentation = maskFromBrush(rle, size.height, size.width);
    return { box: maskBox(segmentation), segmentation };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    warnings.add("brushes that cannot be read, left out", where, { detail: `: ${messageOf(error)}` });
    return undefined;
  }
}

/** Choices and texts, by the name of their control. */
function textsOf(region: readonly LabelStudioResult[]): Record<string, Scalar> {
  const texts = region.flatMap(({ from_name, value }) => {
    const text = value ? textOf(value) : undefined;
    return text === undefined || !from_name ? [] : [[from_name, text] as const];
  });
  return Object.fromEntries(texts);
}

function textOf({ choices, text, number, rating, taxonomy }: Value): Scalar | undefined {
  if (typeof number === "number") return number;
  if (typeof rating === "number") return rating;
  if (typeof text === "string") return scalarOf(text);
  for (const list of [choices, text, taxonomy]) {
    if (!Array.isArray(list)) continue;
    return scalarOf(list.map((each: unknown) => (Array.isArray(each) ? each.join("/") : String(each))).join(", "));
  }
  return undefined;
}
