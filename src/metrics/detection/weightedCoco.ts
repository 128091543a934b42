import { RECALL_POINTS } from "./averagePrecision.ts";
import { type ClassRates, type CocoMetrics, summarizeRates } from "./coco.ts";
import { type ClassMatches, type DetectionMatches, FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "./matching.ts";
import type { Slice } from "./slices.ts";

/**
 * COCO's numbers of the matched images when image i is there `weights[i]` times (a whole number, 0 leaves it out), to
 * the last bit what `evaluateCoco` gives for the list with these repetitions. One exception: where an image has several
 * detections of a class with the same score, all copies of the first come before those of the second.
 *
 * What can be known without the weights is prepared here, for the answered function to be called a thousand times: a
 * table of those few detections that change the count of finds, between which false positives are a difference of
 * running sums.
 */
export function weightedCoco(matches: DetectionMatches): (weights: Int32Array) => CocoMetrics {
  const tables = matches.perClass.map((one) => matches.slices.map((slice, index) => prepareSlice(one, slice, index)));
  return (weights) =>
    summarizeRates(
      matches,
      tables.map((slices) => weighClass(slices, weights)),
    );
}

/** One class in one slice. */
interface SliceTable {
  /** [objects] the image of each object to find. */
  objects: Int32Array;
  /** [n] the image of each detection that counts at one threshold or another, best score first. */
  detections: Int32Array;
  /** [n + 1] the weight of all detections before each; set for each weighting. */
  before: Int32Array;
  /** [iouThresholds] */
  events: Events[];
}

/** The detections that are not false positives at a threshold: their places among the table's, and what they are. */
interface Events {
  places: Int32Array;
  /** 1 for a find, 0 for what does not count here. */
  finds: Uint8Array;
  /** Place of each among the detections of its image. */
  ranks: Int32Array;
}

function prepareSlice(
  { truths, detections, rows, ranks, outcomes }: ClassMatches,
  slice: Slice,
  s: number,
): SliceTable {
  const ofSlice = outcomes[s] ?? [];
  const counted = Int32Array.from(rows.keys()).filter((place) => ofSlice.some((at) => at[place] !== IGNORED));
  const objects = Int32Array.from(truths.images.keys()).filter(
    (row) => truths.ignore[row] === 0 && slice.has(truths, row),
  );
  return {
    objects: objects.map((row) => truths.images[row] as number),
    detections: counted.map((place) => detections.images[rows[place] as number] as number),
    before: new Int32Array(counted.length + 1),
    events: ofSlice.map((outcome) => {
      const places = Int32Array.from(counted.keys()).filter((i) => outcome[counted[i] as number] !== FALSE_POSITIVE);
      return {
        places,
        finds: Uint8Array.from(places, (i) => Number(outcome[counted[i] as number] === TRUE_POSITIVE)),
        ranks: places.map((i) => ranks[counted[i] as number] as number),
      };
    }),
  };
}

function weighClass(slices: readonly SliceTable[], weights: Int32Array): ClassRates {
  const positives = slices.map(({ objects, detections, before }) => {
    for (let i = 0; i < detections.length; i++) {
      before[i + 1] = (before[i] as number) + (weights[detections[i] as number] as number);
    }
    let sum = 0;
    for (const image of objects) sum += weights[image] as number;
    return sum;
  });
  const rate = (slice: number, threshold: number, of: (before: Int32Array, events: Events) => number): number => {
    const table = slices[slice];
    const events = table?.events[threshold];
    return table === undefined || events === undefined ? NaN : of(table.before, events);
  };
  return {
    truths: positives[0] ?? 0,
    averagePrecision: (slice, threshold) =>
      rate(slice, threshold, (before, events) => averagePrecision(before, events, positives[slice] as number)),
    recall: (slice, threshold, perImage) =>
      rate(slice, threshold, (before, events) => findsWithin(before, events, perImage) / (positives[slice] as number)),
  };
}

/**
 * As `averagePrecision` of all copies. Precision rises with each copy of a find, so the last one's is the highest
 * reached from any of them on.
 */
function averagePrecision(before: Int32Array, { places, finds }: Events, positives: number): number {
  if (positives === 0) return NaN;
  const precisions: number[] = [];
  const founds: number[] = [];
  let found = 0;
  let ignored = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    const after = before[place + 1] as number;
    const weight = after - (before[place] as number);
    if (weight === 0) continue;
    if (finds[i] === 0) {
      ignored += weight;
      continue;
    }
    found += weight;
    founds.push(found);
    precisions.push(found / (after - ignored + Number.EPSILON));
  }
  for (let i = precisions.length - 2; i >= 0; i--) {
    precisions[i] = Math.max(precisions[i] as number, precisions[i + 1] as number);
  }
  let sum = 0;
  let i = 0;
  for (const recall of RECALL_POINTS) {
    while (i < founds.length && (founds[i] as number) / positives < recall) i++;
    sum += precisions[i] ?? 0;
  }
  return sum / RECALL_POINTS.length;
}

/** The weight of the finds among the `perImage` best detections of each image. */
function findsWithin(before: Int32Array, { places, finds, ranks }: Events, perImage: number): number {
  let sum = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    if (finds[i] === 1 && (ranks[i] as number) < perImage) {
      sum += (before[place + 1] as number) - (before[place] as number);
    }
  }
  return sum;
}
