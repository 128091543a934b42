import { type BoxLayout, describeLayout, readBoxAs } from "./boxLayout.ts";
import type { CocoTruth } from "./comparedImage.ts";
import { describeBox, fieldsOf, idOf, isBox, isEmpty, shown } from "./recordChecks.ts";
import { canBeCategory, describeCategoryId } from "./unknownCategory.ts";
import { describeUnknownImage } from "./unknownImage.ts";

/**
 * Why a result cannot be read, and what was probably meant.
 *
 * @param others results of the same file, to guess from
 */
export function describeResult(
  value: unknown,
  others: readonly unknown[],
  { truth, layout, match }: { truth: CocoTruth; layout: BoxLayout; match: "id" | "file-name" },
): string {
  const result = fieldsOf(value);
  if (!result) return `must be an object { image_id, category_id, bbox, score }, got ${shown(value)}`;
  const { image_id, category_id, category_name, bbox, score, segmentation, file_name } = result;
  if (score === undefined && ("iscrowd" in result || "area" in result)) {
    return "has no score: is this a file of labels, given as predictions?";
  }
  if (score === undefined && image_id === undefined && bbox === undefined) {
    const fields = Object.keys(result).slice(0, 8).join(", ");
    return `must be a result { image_id, category_id, bbox, score }, got the fields ${shown(fields)}`;
  }
  const category = idOf(category_id);
  if (!canBeCategory(truth, category)) return describeCategoryId(truth, category_id, category_name);
  if (typeof score !== "number" || !Number.isFinite(score)) return `score must be a number, got ${shown(score)}`;
  if (isBox(bbox) ? !readBoxAs(layout, bbox) : !isEmpty(bbox) || isEmpty(segmentation)) {
    return isBox(bbox) && layout !== "xywh" ? notIn(layout, bbox) : describeBox(bbox);
  }
  if (match === "id") return describeUnknownImage(truth, image_id, others);
  const name = typeof image_id === "string" ? image_id : (file_name ?? image_id);
  return `no image of ${truth.name}, or more than one, has the file name ${shown(name)}`;
}

function notIn(layout: BoxLayout, box: unknown): string {
  return `bbox ${shown(box)} is no box as ${describeLayout(layout)}: is that what --boxes should say?`;
}
