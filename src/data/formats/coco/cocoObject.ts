import { maskBox } from "../../../geometry/masks/maskExtent.ts";
import type { Segmentation } from "../../dataset.ts";
import type { Warnings } from "../../warnings.ts";
import type { FoundObject } from "../../placing/found.ts";
import { boxAround } from "../shapes.ts";
import { type CocoAnnotation, scalarsOf } from "./cocoFile.ts";
import { segmentationOf } from "./cocoSegmentation.ts";

/** The object of an annotation; none, counted, where it has neither a box nor a segmentation that can be read. */
export function objectOf(
  annotation: CocoAnnotation,
  classOf: ReadonlyMap<number, number>,
  where: string,
  warnings: Warnings,
): FoundObject | undefined {
  const segmentation = segmentationOf(annotation.segmentation, where, warnings);
  const box = boxOf(annotation.bbox, segmentation);
  if (!box) {
    warnings.add("annotations without bbox whose segmentation cannot be read, left out", where);
    return undefined;
  }
  const { marks, ...others } = marksAmong(annotation.attributes ?? {});
  const attributes = scalarsOf(others.attributes);
  return {
    ...{ where, box },
    class: classOf.get(annotation.category_id) ?? 0,
    ...marks,
    ...(annotation.iscrowd && { crowd: true }),
    ...(typeof annotation.area === "number" && { area: annotation.area }),
    ...(annotation.difficult && { difficult: true }),
    ...(annotation.truncated && { truncated: true }),
    ...(annotation.occluded && { occluded: true }),
    ...(typeof annotation.pose === "string" && { pose: annotation.pose }),
    ...(typeof annotation.score === "number" && { score: annotation.score }),
    ...(segmentation && { segmentation }),
    ...(attributes && { attributes }),
  };
}

/** Flags that CVAT and datumaro put among the attributes, apart from the others. */
function marksAmong(attributes: Record<string, unknown>) {
  const entries = Object.entries(attributes);
  const isMark = ([name, value]: [string, unknown]) =>
    typeof value === "boolean" && ["difficult", "truncated", "occluded"].includes(name);
  const marks = Object.fromEntries(entries.filter((entry) => isMark(entry) && entry[1] === true));
  return {
    marks: marks as Pick<FoundObject, "difficult" | "truncated" | "occluded">,
    attributes: Object.fromEntries(entries.filter((entry) => !isMark(entry))),
  };
}

/** The box, or where there is none, the one around the segmentation. */
function boxOf(bbox: CocoAnnotation["bbox"], segmentation: Segmentation | undefined): FoundObject["box"] | undefined {
  if (bbox) return [bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]];
  if (!segmentation) return undefined;
  return Array.isArray(segmentation) ? boxAround(segmentation) : maskBox(segmentation);
}
