import { type BoxLayout, describeLayout, readBoxAs } from "./boxLayout.ts";
import { shown } from "../../base/shown.ts";
import { describeBox, fieldsOf, isBox, isEmpty } from "./recordChecks.ts";
import { describeCategoryId } from "./unknownCategory.ts";
import { describeUnknownImage, type ResultContext } from "./unknownImage.ts";

/**
 * Why a result cannot be read, and what was probably meant.
 *
 * @param others results of the same file, to guess from
 */
export function describeResult(value: unknown, others: readonly unknown[], context: ResultContext): string {
  const { truth, layout, references } = context;
  const result = fieldsOf(value);
  if (!result) return `must be an object { image_id, category_id, bbox, score }, got ${shown(value)}`;
  const { image_id, category_id, bbox, score, segmentation } = result;
  if (score === undefined && ("iscrowd" in result || "area" in result)) {
    return "has no score: is this a file of labels, given as predictions?";
  }
  if (score === undefined && image_id === undefined && bbox === undefined) {
    const fields = Object.keys(result).slice(0, 8).join(", ");
    return `must be a result { image_id, category_id, bbox, score }, got the fields ${shown(fields)}`;
  }
  if (references.categoryOf(result) === undefined) return describeCategoryId(truth, category_id);
  if (typeof score !== "number" || !Number.isFinite(score)) return `score must be a number, got ${shown(score)}`;
  if (isBox(bbox) ? !readBoxAs(layout, bbox) : !isEmpty(bbox) || isEmpty(segmentation)) {
    return isBox(bbox) && layout !== "xywh" ? notIn(layout, bbox) : describeBox(bbox);
  }
  return describeUnknownImage(result, others, context);
}

function notIn(layout: BoxLayout, box: unknown): string {
  return `bbox ${shown(box)} is no box as ${describeLayout(layout)}: is that what --boxes should say?`;
}
