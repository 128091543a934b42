import { RECALL_POINTS } from "./averagePrecision.ts";
import { type ClassRates, type CocoMetrics, summarizeRates } from "./coco.ts";
import { type ClassMatches, type DetectionMatches, FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "./matching.ts";
import type { Slice } from "../slices/slices.ts";

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
  /** [k] places among these of the detections that are no false positives at one threshold or another. */
  places: Int32Array;
  /** [k] their weights; set for each weighting, as the next. */
  weights: Int32Array;
  /** [k] the weight of all detections down to each, itself included. */
  sums: Int32Array;
  /** [iouThresholds] */
  events: Events[];
}

/** The detections that are not false positives at a threshold: their indices among the k, and what they are. */
interface Events {
  indices: Int32Array;
  /** -1 (all bits set) for a find, 0 for what does not count here. */
  finds: Int8Array;
  /** The indices of the finds, the last detections of each image first. */
  byRank: Int32Array;
  /** The place of each of these among the detections of its image. */
  ranks: Int32Array;
}

function prepareSlice(matches: ClassMatches, slice: Slice, s: number): SliceTable {
  const { truths, detections, rows, ranks } = matches;
  const outcomes = matches.outcomes[s] ?? [];
  const objects = indicesWhere(truths.images.length, (row) => truths.ignore[row] === 0 && slice.has(truths, row));
  const [counts, changes] = [new Uint8Array(rows.length), new Uint8Array(rows.length)];
  for (const outcome of outcomes) {
    for (let i = 0; i < rows.length; i++) {
      if (outcome[i] !== IGNORED) counts[i] = 1;
      if (outcome[i] !== FALSE_POSITIVE) changes[i] = 1;
    }
  }
  const counted = indicesWhere(rows.length, (i) => counts[i] === 1);
  const places = indicesWhere(counted.length, (place) => changes[counted[place] as number] === 1);
  const changing = places.map((place) => counted[place] as number);
  return {
    objects: objects.map((row) => truths.images[row] as number),
    detections: counted.map((i) => detections.images[rows[i] as number] as number),
    places,
    weights: new Int32Array(places.length),
    sums: new Int32Array(places.length),
    events: outcomes.map((outcome) => prepareEvents(outcome, ranks, changing)),
  };
}

function prepareEvents(outcome: Uint8Array, ranks: Int32Array, changing: Int32Array): Events {
  const outcomeOf = (index: number): number => outcome[changing[index] as number] as number;
  const rankOf = (index: number): number => ranks[changing[index] as number] as number;
  const indices = indicesWhere(changing.length, (index) => outcomeOf(index) !== FALSE_POSITIVE);
  const finds = indices.filter((index) => outcomeOf(index) === TRUE_POSITIVE);
  const byRank = finds.sort((a, b) => rankOf(b) - rankOf(a));
  return {
    indices,
    finds: Int8Array.from(indices, (index) => -Number(outcomeOf(index) === TRUE_POSITIVE)),
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
  table: SliceTable,
  weights: Int32Array,
  needed: (positives: number) => Int32Array,
): { positives: number; walks: Walk[] } {
  sumWeights(table, weights);
  let positives = 0;
  for (const image of table.objects) positives += weights[image] as number;
  const ofRecalls = needed(positives);
  return { positives, walks: table.events.map((events) => walk(table, events, ofRecalls, positives)) };
}

function sumWeights({ detections, places, weights: ofPlaces, sums }: SliceTable, weights: Int32Array): void {
  let sum = 0;
  let next = 0;
  for (let k = 0; k < places.length; k++) {
    const place = places[k] as number;
    while (next < place) sum = (sum + (weights[detections[next++] as number] as number)) | 0;
    const weight = weights[detections[next++] as number] as number;
    sum = (sum + weight) | 0;
    ofPlaces[k] = weight;
    sums[k] = sum;
  }
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
function walk({ weights, sums }: SliceTable, events: Events, needed: Int32Array, positives: number): Walk {
  const { indices, finds } = events;
  let reached = 0;
  let highest = 0;
  let found = 0;
  let ignored = 0;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    const weight = weights[index] as number;
    const gain = weight & (finds[i] as number);
    found = (found + gain) | 0;
    ignored = (ignored + weight - gain) | 0;
    while (reached < needed.length && found >= (needed[reached] as number)) {
      HIGHEST[reached++] = highest;
      highest = 0;
    }
    const precision = found / ((sums[index] as number) - ignored + Number.EPSILON);
    if (precision > highest) highest = precision;
  }
  const all = found; // a closure over a variable that changes would slow the loop down
  return {
    averagePrecision: positives === 0 ? NaN : meanOfPrecisions(reached, highest),
    recall: (perImage) => (all - findsBeyond(weights, events, perImage)) / positives,
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
function findsBeyond(weights: Int32Array, { byRank, ranks }: Events, perImage: number): number {
  let sum = 0;
  for (let i = 0; i < byRank.length && (ranks[i] as number) >= perImage; i++) {
    sum += weights[byRank[i] as number] as number;
  }
  return sum;
}
