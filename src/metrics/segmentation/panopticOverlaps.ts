import { AnchorkitError } from "../../base/errors.ts";

export interface PanopticSegment {
  /** What its pixels have in the map; a positive integer. */
  id: number;
  /** Index into the list of classes. */
  class: number;
}

export interface TruePanopticSegment extends PanopticSegment {
  /** COCO's crowd regions: groups of things that are not told apart. */
  crowd?: boolean;
}

/** Each pixel of an image belongs to one segment, or to none. */
export interface PanopticMap<Segment extends PanopticSegment = PanopticSegment> {
  /** [height * width], row by row: the id of each pixel's segment, 0 for none (void). Arrays of any kind will do. */
  ids: ArrayLike<number>;
  segments: readonly Segment[];
}

export interface PanopticImage {
  /** Void here is what nobody labelled: it does not count against a prediction. */
  truth: PanopticMap<TruePanopticSegment>;
  prediction: PanopticMap;
}

/** How many pixels each true and each predicted segment have, alone and together. Both go by their index. */
export interface PanopticOverlaps {
  truths: (TruePanopticSegment & { area: number })[];
  predictions: (PanopticSegment & { area: number })[];
  overlap: (truth: number, prediction: number) => number;
  /** Pixels of a predicted segment that are void in the truth. */
  voidOverlap: (prediction: number) => number;
}

const VOID = 0;

/**
 * Counts the pixels of each pair of segments. Throws AnchorkitError, naming the image by its index, for maps of different
 * lengths, ids of pixels that are not those of a segment, segments without pixels, ids given twice, and classes that do
 * not exist.
 */
export function countOverlaps(
  { truth, prediction }: PanopticImage,
  index: number,
  classCount: number,
): PanopticOverlaps {
  const pixels = truth.ids.length;
  if (pixels !== prediction.ids.length) {
    throw new AnchorkitError(
      `image ${index}: truth has ${pixels} pixels and prediction ${prediction.ids.length}; ` +
        "resize the prediction to the truth's size (nearest neighbour)",
    );
  }
  const rows = slotsOf(`image ${index}: truth`, truth, classCount); // slot 0 is void, slot s the segment s - 1
  const columns = slotsOf(`image ${index}: prediction`, prediction, classCount);
  const columnCount = prediction.segments.length + 1;
  const counts = new Float64Array((truth.segments.length + 1) * columnCount);
  for (let i = 0; i < pixels; i++) (counts[(rows[i] as number) * columnCount + (columns[i] as number)] as number)++;
  const count = (row: number, column: number): number => counts[row * columnCount + column] as number;
  return {
    truths: withAreas(`image ${index}: truth`, truth.segments, rows),
    predictions: withAreas(`image ${index}: prediction`, prediction.segments, columns),
    overlap: (t, p) => count(t + 1, p + 1),
    voidOverlap: (p) => count(0, p + 1),
  };
}

/** [pixels] 0 for void, else 1 + the index of the pixel's segment. */
function slotsOf(what: string, { ids, segments }: PanopticMap, classCount: number): Int32Array {
  const slotOf = new Map([[VOID, 0]]);
  segments.forEach(({ id, class: k }, s) => {
    if (!Number.isInteger(id) || id <= VOID) {
      throw new AnchorkitError(`${what}: segment ${s}: id must be a positive integer (0 is void), got ${id}`);
    }
    if (slotOf.has(id)) throw new AnchorkitError(`${what}: segment ${s}: id ${id} is another segment's too`);
    if (!Number.isInteger(k) || k < 0 || k >= classCount) {
      throw new AnchorkitError(`${what}: segment ${s}: class must be an index below ${classCount}, got ${k}`);
    }
    slotOf.set(id, s + 1);
  });
  const slots = new Int32Array(ids.length);
  let [lastId, slot] = [VOID, 0]; // neighbours are mostly of one segment: look up only where the id changes
  for (let i = 0; i < slots.length; i++) {
    const id = ids[i] as number;
    if (id !== lastId) {
      const found = slotOf.get(id);
      if (found === undefined) {
        throw new AnchorkitError(
          `${what}: pixel ${i}: id ${id} is no segment's; add it to segments, or make it 0 (void)`,
        );
      }
      [lastId, slot] = [id, found];
    }
    slots[i] = slot;
  }
  return slots;
}

function withAreas<S extends PanopticSegment>(
  what: string,
  segments: readonly S[],
  slots: Int32Array,
): (S & { area: number })[] {
  const areas = new Float64Array(segments.length + 1);
  for (const slot of slots) (areas[slot] as number)++;
  return segments.map((segment, s) => {
    const area = areas[s + 1] as number;
    if (area === 0) {
      throw new AnchorkitError(`${what}: segment ${s}: id ${segment.id} has no pixel; leave the segment out`);
    }
    return { ...segment, area };
  });
}
