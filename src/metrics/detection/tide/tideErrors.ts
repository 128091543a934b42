import type { ClassDetections, ClassTruths } from "../coco/byClass.ts";
import { type ClassMatches, FALSE_POSITIVE } from "../coco/matching.ts";
import type { Overlap } from "../coco/overlaps.ts";

/** What may be wrong with a detection, in the order of the paper. */
export const WRONG_TYPES = ["classification", "localisation", "both", "duplicate", "background"] as const;

export type WrongType = (typeof WRONG_TYPES)[number];

const CLASSIFICATION = WRONG_TYPES.indexOf("classification");
const LOCALISATION = WRONG_TYPES.indexOf("localisation");

/** Every labelled object, image after image, and within an image in the order given. */
export interface TruthList {
  /** [images + 1] where in the list each image begins. */
  first: Int32Array;
  /** [n] class of each object. */
  classes: Int32Array;
  /** [n] its row in the table of its class. */
  rows: Int32Array;
  /** [n] 1 where a detection found it. */
  found: Uint8Array;
}

/** The wrong detections of one class, best score first. */
export interface ClassErrors {
  /** [e] place of each in `ClassMatches.rows`. */
  places: Int32Array;
  /** [e] what is wrong with it: an index into WRONG_TYPES. */
  types: Uint8Array;
  /** [e] where in the list of truths the object is that it should have been; -1 for background. */
  truths: Int32Array;
  /** [e] IoU with that object; for background the highest with any. */
  ious: Float64Array;
}

/** IoU from which a detection is in the right place, and up to which it is in no place at all. */
const FOREGROUND = 0.5;
const BACKGROUND = 0.1;

/** All labelled objects, and whether any detection found them at the first threshold and slice of the matches. */
export function listTruths(perClass: readonly ClassMatches[], imageCount: number): TruthList {
  const first = new Int32Array(imageCount + 1);
  for (const { truths } of perClass) {
    for (const image of truths.images) (first[image + 1] as number)++;
  }
  for (let i = 0; i < imageCount; i++) (first[i + 1] as number) += first[i] as number;
  const count = first[imageCount] as number;
  const list = { first, classes: new Int32Array(count), rows: new Int32Array(count), found: new Uint8Array(count) };
  perClass.forEach(({ truths, found: [[found = new Int32Array()] = []] }, k) => {
    for (let row = 0; row < truths.images.length; row++) {
      const i = placeOf(list, truths, row);
      list.classes[i] = k;
      list.rows[i] = row;
    }
    for (const row of found) {
      if (row !== -1) list.found[placeOf(list, truths, row)] = 1;
    }
  });
  return list;
}

/** What is wrong with each false positive of class `k`. */
export function findErrors(
  perClass: readonly ClassMatches[],
  k: number,
  list: TruthList,
  overlap: Overlap,
): ClassErrors {
  const { detections, rows, outcomes } = perClass[k] as ClassMatches;
  const places = Int32Array.from(falsePositives(outcomes[0]?.[0] ?? new Uint8Array()));
  const errors = {
    places,
    types: new Uint8Array(places.length),
    truths: new Int32Array(places.length),
    ious: new Float64Array(places.length),
  };
  const tables = perClass.map(({ truths }) => truths);
  places.forEach((place, e) => {
    const nearest = nearestTruths(detections, rows[place] as number, k, tables, list, overlap);
    const { type, truth, iou } = diagnose(nearest);
    errors.types[e] = WRONG_TYPES.indexOf(type);
    errors.truths[e] = truth;
    errors.ious[e] = iou;
  });
  return errors;
}

/** [classes] rows of the objects that were not found and that no detection of the wrong place or class is for. */
export function findMissed(
  perClass: readonly ClassMatches[],
  errors: readonly ClassErrors[],
  list: TruthList,
): number[][] {
  const covered = list.found.slice();
  for (const { types, truths } of errors) {
    types.forEach((type, e) => {
      if (type === CLASSIFICATION || type === LOCALISATION) covered[truths[e] as number] = 1;
    });
  }
  return perClass.map(({ truths }) =>
    Array.from(truths.ignore.keys()).filter(
      (row) => truths.ignore[row] === 0 && covered[placeOf(list, truths, row)] === 0,
    ),
  );
}

/** The objects that a detection overlaps most (of equals the first), -1 for none: of its own class, and of all others. */
interface Nearest {
  own: number;
  ownIou: number;
  other: number;
  otherIou: number;
}

function nearestTruths(
  detections: ClassDetections,
  row: number,
  k: number,
  tables: readonly ClassTruths[],
  { first, classes, rows }: TruthList,
  overlap: Overlap,
): Nearest {
  const image = detections.images[row] as number;
  const nearest = { own: -1, ownIou: 0, other: -1, otherIou: 0 };
  for (let i = first[image] as number; i < (first[image + 1] as number); i++) {
    const table = tables[classes[i] as number] as ClassTruths;
    const truth = rows[i] as number;
    if (table.ignore[truth] === 1) continue;
    const iou = overlap(detections, row, table, truth);
    if (classes[i] === k) {
      if (iou > nearest.ownIou) [nearest.own, nearest.ownIou] = [i, iou];
    } else if (iou > nearest.otherIou) [nearest.other, nearest.otherIou] = [i, iou];
  }
  return nearest;
}

/** The first that holds; so a detection near an object of its class is taken for that, whatever else it overlaps. */
function diagnose({ own, ownIou, other, otherIou }: Nearest): { type: WrongType; truth: number; iou: number } {
  if (ownIou >= BACKGROUND && ownIou <= FOREGROUND) return { type: "localisation", truth: own, iou: ownIou };
  if (otherIou >= FOREGROUND) return { type: "classification", truth: other, iou: otherIou };
  if (ownIou > FOREGROUND) return { type: "duplicate", truth: own, iou: ownIou };
  if (otherIou > BACKGROUND) return { type: "both", truth: other, iou: otherIou };
  return { type: "background", truth: -1, iou: Math.max(ownIou, otherIou) };
}

function* falsePositives(outcomes: Uint8Array): Generator<number> {
  for (let place = 0; place < outcomes.length; place++) {
    if (outcomes[place] === FALSE_POSITIVE) yield place;
  }
}

function placeOf({ first }: Pick<TruthList, "first">, { images, indices }: ClassTruths, row: number): number {
  return (first[images[row] as number] as number) + (indices[row] as number);
}
