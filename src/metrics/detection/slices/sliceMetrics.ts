import { knownOptions } from "../../../geometry/knownOptions.ts";
import { AnchorkitError } from "../../../base/errors.ts";
import { mean } from "../../../base/statistics.ts";
import { averagePrecision, recall } from "../coco/averagePrecision.ts";
import type { ClassTruths } from "../coco/byClass.ts";
import { crowdingSlices } from "./crowdingSlices.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import { fieldSlices, objectCountSlices } from "./imageSlices.ts";
import { type ClassMatches, type DetectionMatches, matchDetections, type MatchOptions } from "../coco/matching.ts";
import { aspectSlices, fineSizeSlices, type Slice, sizeSlices } from "./slices.ts";

/** What a detector is worth on one slice; each number but the counts in 0..1, NaN where there was no object to find. */
export interface SliceMetrics {
  name: string;
  /** How many images are in the slice or, where objects are sliced and not images, have objects in it. */
  images: number;
  /** How many objects there were to find. */
  truths: number;
  /** Average precision: the mean over the IoU thresholds, and over those classes that have objects in the slice. */
  AP: number;
  /** At IoU 0.5 alone. */
  AP50: number;
  /** Average recall with the best 100 detections of each class in an image; NaN where `maxDetections` is less. */
  AR100: number;
  /** Recall at IoU 0.5 alone, with as many of them as `maxDetections` says, 100 at most. */
  recall50: number;
}

export type SliceOptions = Omit<MatchOptions, "slices">;

/** What `evaluateSlices` slices by, besides the fields of images. */
const MAKERS = new Map<string, (images: readonly EvaluationImage[]) => Slice[]>([
  ["size", sizeSlices],
  ["fine-size", fineSizeSlices],
  ["aspect", aspectSlices],
  ["crowding", crowdingSlices],
  ["objects", objectCountSlices],
]);

/**
 * COCO's numbers on each slice of the objects or images: by "size", "fine-size", "aspect", "crowding", "objects" (how
 * many in the image), the name of a field of the images, or slices of one's own. What is outside a slice does not count,
 * as in COCO's area ranges (see `Slice`); so a slice of whole images has the numbers of these images alone.
 *
 * Throws AnchorkitError where no image has the field, and as `matchDetections` does.
 */
export function evaluateSlices(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  by: string | readonly Slice[],
  options: SliceOptions = {},
): SliceMetrics[] {
  knownOptions("evaluateSlices", options, { iouThresholds: true, maxDetections: true, overlap: true });
  const slices = typeof by === "string" ? slicesBy(images, by) : by;
  const wholeImages = slices.every(({ hasImage }) => hasImage !== undefined);
  // What happens in an image does not depend on others: whole images can be parted after a single matching.
  const matches = matchDetections(images, classes, wholeImages ? options : { ...options, slices });
  return slices.map((slice, s) => ({
    name: slice.name,
    images: countImages(slice, matches),
    ...summarize(
      matches.perClass.map((ofClass) => (wholeImages ? partOf(ofClass, slice) : sliceOf(ofClass, s))),
      matches,
    ),
  }));
}

function slicesBy(images: readonly EvaluationImage[], by: string): Slice[] {
  const make = MAKERS.get(by);
  if (make !== undefined) return make(images);
  const fields = [...new Set(images.flatMap((image) => Object.keys(image.fields ?? {})))];
  if (!fields.includes(by)) {
    const known = [...MAKERS.keys(), ...fields].join(", ");
    throw new AnchorkitError(`evaluateSlices: no image has a field "${by}"; there are ${known}`);
  }
  return fieldSlices(images, by);
}

/** What the numbers of one class in one slice follow from; see `ClassMatches`. */
interface ClassSlice {
  positives: number;
  ranks: Int32Array;
  /** [iouThresholds][m] */
  outcomes: Uint8Array[];
}

function sliceOf({ positives, ranks, outcomes }: ClassMatches, s: number): ClassSlice {
  return { positives: positives[s] ?? 0, ranks, outcomes: outcomes[s] ?? [] };
}

/** That which lies in the images of a slice, out of all. */
function partOf(
  { truths, detections, rows, ranks, outcomes: [outcomes = []] }: ClassMatches,
  slice: Slice,
): ClassSlice {
  const places = rows.map((_, place) => place).filter((place) => slice.has(detections, rows[place] as number));
  return {
    positives: countedTruths(truths, slice).length,
    ranks: places.map((place) => ranks[place] as number),
    outcomes: outcomes.map((all) => Uint8Array.from(places, (place) => all[place] as number)),
  };
}

function countImages(slice: Slice, { imageCount, perClass }: DetectionMatches): number {
  if (slice.hasImage !== undefined)
    return Array.from({ length: imageCount }, (_, i) => i).filter(slice.hasImage).length;
  return new Set(perClass.flatMap(({ truths }) => countedTruths(truths, slice).map((row) => truths.images[row]))).size;
}

/** Rows of the objects to find. */
function countedTruths(truths: ClassTruths, slice: Slice): number[] {
  return Array.from(truths.ignore.keys()).filter((row) => truths.ignore[row] === 0 && slice.has(truths, row));
}

function summarize(
  perClass: readonly ClassSlice[],
  { iouThresholds, maxDetections }: DetectionMatches,
): Omit<SliceMetrics, "name" | "images"> {
  const at50 = iouThresholds.indexOf(0.5);
  const counted = perClass
    .filter(({ positives }) => positives > 0)
    .map(({ positives, ranks, outcomes }) => ({
      positives,
      precisions: outcomes.map((at) => averagePrecision(at, positives)),
      recalls: outcomes.map((at) => recall(at, ranks, 100, positives)),
    }));
  return {
    truths: counted.reduce((sum, { positives }) => sum + positives, 0),
    AP: mean(counted.map(({ precisions }) => mean(precisions))),
    AP50: mean(counted.map(({ precisions }) => precisions[at50] ?? NaN)),
    AR100: maxDetections < 100 ? NaN : mean(counted.map(({ recalls }) => mean(recalls))),
    recall50: mean(counted.map(({ recalls }) => recalls[at50] ?? NaN)),
  };
}
