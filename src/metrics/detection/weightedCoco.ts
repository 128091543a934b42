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
  const needed = findsNeeded();
  return (weights) =>
    summarizeRates(
      matches,
      tables.map((slices) => weighClass(slices, weights, needed)),
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
  /** -1 (all bits set) for a find, 0 for what does not count here. */
  finds: Int8Array;
  /** The places of the finds, the last detections of each image first. */
  byRank: Int32Array;
  /** The place of each of these among the detections of its image. */
  ranks: Int32Array;
}

function prepareSlice(
  { truths, detections, rows, ranks, outcomes }: ClassMatches,
  slice: Slice,
  s: number,
): SliceTable {
  const ofSlice = outcomes[s] ?? [];
  const counts = new Uint8Array(rows.length);
  for (const outcome of ofSlice) {
    for (let i = 0; i < counts.length; i++) if (outcome[i] !== IGNORED) counts[i] = 1;
  }
  const counted = indicesWhere(rows.length, (i) => counts[i] === 1);
  const objects = indicesWhere(truths.images.length, (row) => truths.ignore[row] === 0 && slice.has(truths, row));
  const countedRanks = counted.map((i) => ranks[i] as number);
  return {
    objects: objects.map((row) => truths.images[row] as number),
    detections: counted.map((i) => detections.images[rows[i] as number] as number),
    before: new Int32Array(counted.length + 1),
    events: ofSlice.map((outcome) =>
      prepareEvents(
        counted.map((i) => outcome[i] as number),
        countedRanks,
      ),
    ),
  };
}

function prepareEvents(outcomes: Int32Array, ranks: Int32Array): Events {
  const places = indicesWhere(outcomes.length, (place) => outcomes[place] !== FALSE_POSITIVE);
  const rankOf = (place: number): number => ranks[place] as number;
  const byRank = places.filter((place) => outcomes[place] === TRUE_POSITIVE).sort((a, b) => rankOf(b) - rankOf(a));
  return {
    places,
    finds: Int8Array.from(places, (place) => -Number(outcomes[place] === TRUE_POSITIVE)),
    byRank,
    ranks: byRank.map(rankOf),
  };
}

function indicesWhere(count: number, has: (index: number) => boolean): Int32Array {
  const indices = new Int32Array(count);
  let length = 0;
  for (let i = 0; i < count; i++) if (has(i)) indices[length++] = i;
  return indices.slice(0, length);
}

function weighClass(
  slices: readonly SliceTable[],
  weights: Int32Array,
  needed: (positives: number) => Int32Array,
): ClassRates {
  const weighed = slices.map((table) => weighSlice(table, weights, needed));
  return {
    truths: weighed[0]?.positives ?? 0,
    averagePrecision: (slice, threshold) => weighed[slice]?.walks[threshold]?.averagePrecision ?? NaN,
    recall: (slice, threshold, perImage) => weighed[slice]?.walks[threshold]?.recall(perImage) ?? NaN,
  };
}

interface Walk {
  averagePrecision: number;
  /** Of the `perImage` best detections of each image; to be asked before the next weighting. */
  recall: (perImage: number) => number;
}

function weighSlice(
  { objects, detections, before, events }: SliceTable,
  weights: Int32Array,
  needed: (positives: number) => Int32Array,
): { positives: number; walks: Walk[] } {
  let sum = 0;
  for (let i = 0; i < detections.length; i++) {
    sum = (sum + (weights[detections[i] as number] as number)) | 0;
    before[i + 1] = sum;
  }
  let positives = 0;
  for (const image of objects) positives += weights[image] as number;
  const ofRecalls = needed(positives);
  return { positives, walks: events.map((ofThreshold) => walk(before, ofThreshold, ofRecalls, positives)) };
}

/** For a number of objects: with how many finds each of COCO's recalls is reached. Few numbers come up, again and again. */
function findsNeeded(): (positives: number) => Int32Array {
  const known = new Map<number, Int32Array>();
  return (positives) => {
    const needed = known.get(positives) ?? Int32Array.from(RECALL_POINTS, (recall) => reaching(recall, positives));
    known.set(positives, needed);
    return needed;
  };
}

function reaching(recall: number, positives: number): number {
  let finds = Math.max(0, Math.floor(recall * positives) - 1);
  while (finds / positives < recall) finds++;
  return finds;
}

/** Scratch of the walk at hand: the highest precision between each recall and the one before. Made once, for speed. */
const HIGHEST = new Float64Array(RECALL_POINTS.length);

/**
 * As `averagePrecision` of all copies. Precision rises with each copy of a find, so the last one's is the highest
 * of them. What has weight 0 or does not count is walked over likewise, which changes nothing: no more was found than
 * at the event before it, at no higher precision.
 */
function walk(before: Int32Array, events: Events, needed: Int32Array, positives: number): Walk {
  const { places, finds } = events;
  let reached = 0;
  let highest = 0;
  let found = 0;
  let ignored = 0;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    const after = before[place + 1] as number;
    const weight = (after - (before[place] as number)) | 0;
    const gain = weight & (finds[i] as number);
    found = (found + gain) | 0;
    ignored = (ignored + weight - gain) | 0;
    while (reached < needed.length && found >= (needed[reached] as number)) {
      HIGHEST[reached++] = highest;
      highest = 0;
    }
    const precision = found / (after - ignored + Number.EPSILON);
    if (precision > highest) highest = precision;
  }
  const all = found; // a closure over a variable that changes would slow the loop down
  return {
    averagePrecision: positives === 0 ? NaN : meanOfPrecisions(reached, highest),
    recall: (perImage) => (all - findsBeyond(before, events, perImage)) / positives,
  };
}

/** From the highest precisions before each recall that was reached, and the highest after the last. */
function meanOfPrecisions(reached: number, last: number): number {
  let highest = last;
  for (let i = reached - 1; i >= 0; i--) {
    const before = HIGHEST[i] as number;
    HIGHEST[i] = highest;
    if (before > highest) highest = before;
  }
  let sum = 0;
  for (let i = 0; i < reached; i++) sum += HIGHEST[i] as number;
  return sum / HIGHEST.length;
}

/** The weight of the finds that are not among the `perImage` best detections of their image. */
function findsBeyond(before: Int32Array, { byRank, ranks }: Events, perImage: number): number {
  let sum = 0;
  for (let i = 0; i < byRank.length && (ranks[i] as number) >= perImage; i++) {
    const place = byRank[i] as number;
    sum += (before[place + 1] as number) - (before[place] as number);
  }
  return sum;
}
