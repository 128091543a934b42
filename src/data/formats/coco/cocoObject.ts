import type { Warnings } from "../../warnings.ts";
import type { FoundObject } from "../../placing/found.ts";
import { scalarsOf } from "../scalars.ts";
import type { CocoAnnotation, CocoRecord } from "./cocoRecords.ts";
import { readSegmentation } from "./cocoSegmentation.ts";

/** The object of an annotation; a segmentation that cannot be read is counted in `warnings`, and its box kept. */
export function objectOf(
  annotation: CocoAnnotation,
  classIndex: number,
  where: string,
  warnings: Warnings,
): FoundObject {
  const { segmentation, flaw } = readSegmentation(annotation.segmentation);
  if (flaw !== undefined) {
    warnings.add("segmentations that are no polygons or masks, left out, boxes kept", `${where}: ${flaw}`);
  }
  const { marks, attributes } = marksAmong(annotation.attributes ?? {});
  const { area, pose, score } = annotation;
  return {
    ...{ where, box: annotation.box, class: classIndex },
    ...marks,
    ...(annotation.crowd === 1 && { crowd: true }),
    ...(area !== undefined && { area }),
    ...(annotation.difficult === 1 && { difficult: true }),
    ...(annotation.truncated === 1 && { truncated: true }),
    ...(annotation.occluded === 1 && { occluded: true }),
    ...(pose !== undefined && { pose }),
    ...(score !== undefined && { score }),
    ...(segmentation && { segmentation }),
    ...(attributes && { attributes }),
  };
}

/** Flags that CVAT and datumaro put among the attributes, apart from the others that are text, numbers or flags. */
function marksAmong(attributes: CocoRecord) {
  const entries = Object.entries(attributes);
  const isMark = ([name, value]: [string, unknown]) =>
    typeof value === "boolean" && ["difficult", "truncated", "occluded"].includes(name);
  const marks = Object.fromEntries(entries.filter((entry) => isMark(entry) && entry[1] === true));
  return {
    marks: marks as Pick<FoundObject, "difficult" | "truncated" | "occluded">,
    attributes: scalarsOf(Object.fromEntries(entries.filter((entry) => !isMark(entry)))),
  };
}
