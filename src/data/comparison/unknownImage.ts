import type { CocoTruth } from "./comparedImage.ts";
import { ImageNames } from "./imageNames.ts";
import { fieldsOf, idOf, shown } from "./recordChecks.ts";

/**
 * Why an image_id is not in the truth, as far as other results show: it is a name, counts from 0 instead of 1, or
 * belongs to other data.
 *
 * @param others results of the same file
 */
export function describeUnknownImage(truth: CocoTruth, imageId: unknown, others: readonly unknown[]): string {
  const what = `image_id ${shown(imageId)} is not in ${truth.name}`;
  if (imageId === undefined || imageId === null) return `image_id is missing${byFileName(truth, others)}`;
  const id = idOf(imageId);
  if (id === undefined) return `image_id must be a whole number or text, got ${shown(imageId)}`;
  if (typeof id === "string") return `${what}: ${describeText(truth, others)}`;
  return `${what}${byFileName(truth, others) || `: ${describeNumber(truth, others)}`}`;
}

function describeText(truth: CocoTruth, others: readonly unknown[]): string {
  const names = new ImageNames(truth.images);
  const given = distinct(others, "image_id");
  const found = given.filter((name) => names.find(name) !== undefined);
  if (found.length > 0) {
    return `${found.length} of ${given.length} image_ids looked at are names of images there: pass --match file-name`;
  }
  return idsOf(truth);
}

function describeNumber(truth: CocoTruth, others: readonly unknown[]): string {
  const ids = new Set(truth.images.map(({ id }) => id));
  const given = [...new Set(distinct(others, "image_id").map(idOf))].filter((id) => typeof id === "number");
  const share = (there: (id: number) => boolean) => given.filter(there).length;
  for (const [by, from, hint] of [
    [1, 0, "add 1"],
    [-1, 1, "subtract 1"],
  ] as const) {
    if (share((id) => ids.has(id + by)) === given.length) {
      return `images seem to be counted from ${from} in the results: ${hint} to each image_id`;
    }
  }
  const names = new ImageNames(truth.images);
  const numbers = share((id) => names.find(id) !== undefined);
  if (numbers === given.length) return "the image_ids are the numbers in file names there: pass --match file-name";
  if (share((id) => id >= 0 && id < ids.size) === given.length) {
    return `image_ids seem to be places in the list of images, and ${idsOf(truth)}`;
  }
  const known = share((id) => ids.has(id));
  if (known > 0) return `${known} of ${given.length} image_ids looked at are: is it a part of the data set?`;
  return `none of ${given.length} image_ids looked at is, and ${idsOf(truth)}: is it of another data set?`;
}

/** What the results' field `file_name` could do; "" for nothing. */
function byFileName(truth: CocoTruth, others: readonly unknown[]): string {
  const given = distinct(others, "file_name");
  const names = new ImageNames(truth.images);
  const found = given.filter((name) => names.find(name) !== undefined).length;
  if (found === 0) return "";
  return `: its results carry file_name, and ${found} of ${given.length} looked at are in ${truth.name}: pass --match file-name`;
}

function idsOf({ images, name }: CocoTruth): string {
  const ids = images.slice(0, 3).map(({ id }) => id);
  return images.length === 0
    ? `${name} has no images`
    : `its ids are ${ids.join(", ")}${images.length > 3 ? ", …" : ""}`;
}

function distinct(results: readonly unknown[], field: string): unknown[] {
  const values = results.map((result) => fieldsOf(result)?.[field]);
  return [...new Set(values)].filter((value) => value !== undefined && value !== null);
}
