import { knownOptions } from "./knownOptions.ts";
import { readBoxes, type Boxes } from "./readBoxes.ts";
import { scoreOrder } from "./scoreOrder.ts";
import { suppress } from "./suppress.ts";

export interface NmsOptions {
  /** A box goes when its IoU with a better one that stays is above this, 0 to 1; 0.5 by default. */
  iouThreshold?: number;
  /** Boxes with this score or less go first of all; by default none do. */
  scoreThreshold?: number;
  /** How many boxes stay at most; by default as many as there are. */
  maxDetections?: number;
}

/**
 * Non-maximum suppression: takes the boxes by falling score, and keeps each one that overlaps no kept box by an IoU
 * above the threshold. The answer is the same, box for box, as that of torchvision.ops.nms on float32.
 *
 * Coordinates are rounded to float32. Of equal scores the lower index comes first. Boxes without area (x2 <= x1 or
 * y2 <= y1), with an infinite side, or with an area above 3.4e38 overlap nothing: they stay and suppress nobody.
 * Scores may be infinite. Time grows about as n log n as long as the boxes are spread out.
 *
 * @param boxes n boxes, x1, y1, x2, y2.
 * @param scores n numbers.
 * @returns the indices of the boxes that stay, best score first.
 * @throws TypeError or RangeError where a box or a score is NaN (naming it), counts differ, an option is out of range or
 * not known.
 */
export function nms(boxes: Boxes, scores: ArrayLike<number>, options: NmsOptions = {}): Int32Array {
  const { iouThreshold, scoreThreshold, maxDetections } = readNmsOptions("nms", options);
  const data = readBoxes("nms: boxes", boxes);
  const order = scoreOrder("nms", scores, data.length / 4, scoreThreshold);
  return suppress(gather(data, order), iouThreshold, maxDetections).map((place) => order[place] ?? 0);
}

/**
 * Non-maximum suppression within each class: boxes of different classes do not suppress each other. Equal to `nms` on
 * each class alone, results put together by falling score (of equal scores the lower index first).
 *
 * @param classes n whole numbers.
 * @returns the indices of the boxes that stay, best score first; `maxDetections` counts all classes together.
 * @throws as `nms`, and RangeError where a class is not a whole number.
 */
export function batchedNms(
  boxes: Boxes,
  scores: ArrayLike<number>,
  classes: ArrayLike<number>,
  options: NmsOptions = {},
): Int32Array {
  const { iouThreshold, scoreThreshold, maxDetections } = readNmsOptions("batchedNms", options);
  const data = readBoxes("batchedNms: boxes", boxes);
  const order = scoreOrder("batchedNms", scores, data.length / 4, scoreThreshold);
  const staying = new Uint8Array(data.length / 4);
  for (const ofClass of byClass(order, classes, data.length / 4)) {
    for (const place of suppress(gather(data, ofClass), iouThreshold, maxDetections)) {
      staying[ofClass[place] ?? 0] = 1;
    }
  }
  return order.filter((i) => staying[i] === 1).slice(0, maxDetections);
}

function readNmsOptions(where: string, options: NmsOptions): Required<NmsOptions> {
  knownOptions(where, options, { iouThreshold: true, scoreThreshold: true, maxDetections: true });
  const { iouThreshold = 0.5, scoreThreshold = -Infinity, maxDetections = Infinity } = options;
  if (!(iouThreshold >= 0 && iouThreshold <= 1)) {
    throw new RangeError(`${where}: iouThreshold must be 0 to 1, got ${iouThreshold}`);
  }
  if (Number.isNaN(scoreThreshold)) throw new RangeError(`${where}: scoreThreshold is NaN`);
  if (!(maxDetections >= 0 && (Number.isInteger(maxDetections) || maxDetections === Infinity))) {
    throw new RangeError(`${where}: maxDetections must be a whole number from 0, or Infinity, got ${maxDetections}`);
  }
  return { iouThreshold, scoreThreshold, maxDetections };
}

/** The chosen boxes, in float32. */
function gather(boxes: Float64Array, indices: ArrayLike<number>): Float32Array {
  const result = new Float32Array(4 * indices.length);
  for (let k = 0; k < indices.length; k++) {
    const from = 4 * (indices[k] ?? 0);
    for (let c = 0; c < 4; c++) result[4 * k + c] = boxes[from + c] ?? 0;
  }
  return result;
}

/** The indices of `order`, in that order, one list for each class. */
function byClass(order: Int32Array, classes: ArrayLike<number>, count: number): Iterable<number[]> {
  if (classes.length !== count) {
    throw new RangeError(`batchedNms: there must be a class for each box, got ${classes.length} for ${count} boxes`);
  }
  for (let i = 0; i < count; i++) {
    if (!Number.isInteger(classes[i])) {
      throw new RangeError(`batchedNms: classes[${i}] must be a whole number, got ${String(classes[i])}`);
    }
  }
  const lists = new Map<number, number[]>();
  for (const i of order) {
    const list = lists.get(classes[i] ?? 0);
    if (list) list.push(i);
    else lists.set(classes[i] ?? 0, [i]);
  }
  return lists.values();
}
