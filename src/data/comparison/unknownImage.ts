import { type BoxLayout, readBoxAs } from "./boxLayout.ts";
import type { CocoTruth } from "./comparedImage.ts";
import type { References } from "./names/references.ts";
import { shown } from "../../base/shown.ts";
import { fieldsOf, idOf, isBox, type RecordId } from "./recordChecks.ts";
import { mayFit, type ReadResult } from "./mayFit.ts";

/** What the results are compared with, and how they are read. */
export interface ResultContext {
  truth: CocoTruth;
  layout: BoxLayout;
  references: References;
}

type Fields = Record<string, unknown>;

/**
 * Why a result's image is not in the truth, as far as other results show: its id is a name, counts from 0 instead of 1,
 * or belongs to other data.
 *
 * @param others results of the same file
 */
export function describeUnknownImage(result: Fields, others: readonly unknown[], context: ResultContext): string {
  const { truth, references } = context;
  const { image_id: imageId } = result;
  const given = others.map(fieldsOf).filter((fields) => fields !== undefined);
  if (references.match === "file-name") {
    const name = typeof imageId === "string" ? imageId : (references.imageNameOf(result) ?? imageId);
    return `no image of ${truth.name}, or more than one, has the file name ${shown(name)}`;
  }
  const name = references.imageNameOf(result);
  if (name !== undefined) return describeName(name, imageId, given, context);
  const what = `image_id ${shown(imageId)} is not in ${truth.name}`;
  if (imageId === undefined || imageId === null) return `image_id is missing${byFileName(given, context)}`;
  const id = idOf(imageId);
  if (id === undefined) return `image_id must be a whole number or text, got ${shown(imageId)}`;
  if (typeof id === "string") return `${what}: ${describeText(given, context)}`;
  if (truth.images.some((image) => image.id === id)) {
    return `image_id ${id} is not among the images of its own file, which numbers them otherwise than ${truth.name}`;
  }
  return `${what}${byFileName(given, context) || `: ${describeNumber(given, context)}`}`;
}

function describeName(name: string, imageId: unknown, given: readonly Fields[], context: ResultContext): string {
  const { truth, references } = context;
  const { imageNames } = references;
  const fits = imageNames.fits(name);
  const index = imageNames.choose(name, fits) ?? fits[0];
  const rival = index === undefined ? undefined : references.rivalOf(name, index);
  const called = (at = -1): string => shown(truth.images[at]?.fileName);
  if (rival !== undefined) {
    return `the images ${shown(rival)} and ${shown(name)} would both be ${called(index)} of ${truth.name}; pass --match id to go by image_id alone`;
  }
  if (fits.length > 1) {
    const some = fits.slice(0, 3).map((at) => called(at));
    return `the image name ${shown(name)} fits ${fits.length} images of ${truth.name}: ${some.join(", ")}${fits.length > 3 ? ", …" : ""}`;
  }
  const id = imageId === undefined || imageId === null ? "" : ` (image_id ${shown(imageId)})`;
  const what = `the image ${shown(name)}${id} is not in ${truth.name}`;
  const names = distinct(given.map((result) => references.imageNameOf(result)));
  const known = names.filter((one) => imageNames.find(one) !== undefined).length;
  if (known > 0) return `${what}: ${known} of ${names.length} image names looked at are: is it a part of the data set?`;
  const ids = indicesOf(truth);
  const byId = ({ image_id: given }: Fields): number | undefined => ids.get(idOf(given) ?? "");
  const fit = given.every((result) => byId(result) !== undefined) && mayFitWith(byId, given, context);
  const hint = fit ? "the ids fit, pass --match id to go by them alone" : "is it of another data set?";
  return `${what}, which calls its images ${truth.images
    .slice(0, 2)
    .map(({ fileName }) => shown(fileName))
    .join(", ")}, …: ${hint}`;
}

function describeText(given: readonly Fields[], { truth, references }: ResultContext): string {
  const ids = distinct(given.map(({ image_id }) => image_id));
  const found = ids.filter((name) => references.imageNames.find(name) !== undefined);
  if (found.length > 0) {
    return `${found.length} of ${ids.length} image_ids looked at are names of images there: pass --match file-name`;
  }
  return idsOf(truth);
}

function describeNumber(given: readonly Fields[], context: ResultContext): string {
  const { truth, references } = context;
  const ids = indicesOf(truth);
  const shifted = (by: number) => (id: number) => ids.get(id + by);
  const readings: [says: string, imageOf: (id: number) => number | undefined][] = [
    ["images seem to be counted from 0 in the results: add 1 to each image_id", shifted(1)],
    ["images seem to be counted from 1 in the results: subtract 1 from each image_id", shifted(-1)],
    [
      "the image_ids are the numbers in file names there: pass --match file-name",
      (id) => references.imageNames.find(id),
    ],
    [
      `image_ids seem to be places in the list of images, and ${idsOf(truth)}`,
      (id) => (id >= 0 && id < ids.size ? id : undefined),
    ],
  ];
  const numbers = distinct(given.map(({ image_id }) => image_id)).filter((id) => typeof id === "number");
  const fitting = readings.find(
    ([, imageOf]) =>
      numbers.every((id) => imageOf(id) !== undefined) &&
      mayFitWith(({ image_id: id }) => (typeof id === "number" ? imageOf(id) : undefined), given, context),
  );
  if (fitting) return fitting[0];
  const known = numbers.filter((id) => ids.has(id)).length;
  if (known > 0) return `${known} of ${numbers.length} image_ids looked at are: is it a part of the data set?`;
  return `none of ${numbers.length} image_ids looked at is, and ${idsOf(truth)}: is it of another data set?`;
}

/** What the results' field `file_name` could do where it is not looked at; "" for nothing. */
function byFileName(given: readonly Fields[], { truth, references }: ResultContext): string {
  const names = distinct(given.map(({ file_name }) => file_name));
  const found = names.filter((name) => references.imageNames.find(name) !== undefined).length;
  if (found === 0) return "";
  return `: its results carry file_name, and ${found} of ${names.length} looked at are in ${truth.name}: leave out --match id`;
}

/** Whether results may fit if these are their images. */
function mayFitWith(
  imageOf: (result: Fields) => number | undefined,
  given: readonly Fields[],
  { truth, layout, references }: ResultContext,
): boolean {
  const results = given.flatMap((result): ReadResult[] => {
    const image = imageOf(result);
    const { bbox, score } = result;
    const size = image === undefined ? undefined : truth.images[image]?.size;
    const box = isBox(bbox) ? readBoxAs(layout, bbox, size) : undefined;
    return box && typeof score === "number" ? [{ image, class: references.classOf(result), box, score }] : [];
  });
  return mayFit(truth, results);
}

function indicesOf({ images }: CocoTruth): Map<RecordId, number> {
  return new Map(images.map(({ id }, index) => [id, index]));
}

function idsOf({ images, name }: CocoTruth): string {
  const ids = images.slice(0, 3).map(({ id }) => id);
  return images.length === 0
    ? `${name} has no images`
    : `its ids are ${ids.join(", ")}${images.length > 3 ? ", …" : ""}`;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Set(values)].filter((value) => value !== undefined && value !== null);
}
