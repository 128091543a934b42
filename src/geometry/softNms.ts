import { knownOptions } from "./knownOptions.ts";
import { iouOf } from "./overlap.ts";
import { readBoxes, type Boxes } from "./readBoxes.ts";
import { scoreOrder } from "./scoreOrder.ts";

export interface SoftNmsOptions {
  /** How scores fall, see `softNms`; gaussian by default. */
  method?: "gaussian" | "linear";
  /** Width of the gaussian, above 0; 0.5 by default. */
  sigma?: number;
  /** For the linear method, 0 to 1; 0.3 by default. */
  iouThreshold?: number;
  /** A box goes once its score is this or less, 0 or more; 0.001 by default. */
  scoreThreshold?: number;
  /** How many boxes stay at most; by default as many as there are. */
  maxDetections?: number;
}

export interface SoftNmsResult {
  /** Indices of the boxes that stay, best lowered score first. */
  indices: Int32Array;
  /** Their lowered scores. */
  scores: Float32Array;
}

/**
 * Soft non-maximum suppression (Bodla et al., "Soft-NMS: Improving Object Detection With One Line of Code", 2017): the
 * best box is taken, and the scores of the others fall by how much they overlap it; again, until no score is above the
 * threshold. A score is multiplied by
 * - gaussian: exp(-IoU² / sigma),
 * - linear: 1 - IoU where the IoU is above iouThreshold, else 1.
 *
 * Of equal scores the lower index comes first. Time grows with n times the number of boxes that stay.
 *
 * @param boxes n boxes, x1, y1, x2, y2.
 * @param scores n finite numbers.
 * @throws TypeError or RangeError where a box or a score is NaN (naming it), counts differ, an option is out of range or
 * not known.
 */
export function softNms(boxes: Boxes, scores: ArrayLike<number>, options: SoftNmsOptions = {}): SoftNmsResult {
  knownOptions("softNms", options, {
    ...{ method: true, sigma: true, iouThreshold: true },
    ...{ scoreThreshold: true, maxDetections: true },
  });
  const { scoreThreshold = 0.001, maxDetections = Infinity } = options;
  checkRange("scoreThreshold", scoreThreshold, scoreThreshold >= 0, "0 or more");
  checkRange("maxDetections", maxDetections, maxDetections >= 0, "0 or more");
  const factor = falloff(options);
  const data = readBoxes("softNms: boxes", boxes);
  const waiting = scoreOrder("softNms", scores, data.length / 4, scoreThreshold);
  if (scores[waiting[0] ?? -1] === Infinity) throw new RangeError(`softNms: scores[${waiting[0] ?? 0}] is Infinity`);

  const lowered = Float64Array.from(scores);
  const taken: number[] = [];
  let left = waiting.length;
  let best = 0; // the place in `waiting` of the next box to take
  while (left > 0 && taken.length < maxDetections) {
    const box = waiting[best] ?? 0;
    taken.push(box);
    waiting[best] = waiting[left - 1] ?? 0;
    const waited = left - 1;
    left = 0;
    best = 0;
    for (let k = 0; k < waited; k++) {
      const i = waiting[k] ?? 0;
      const score = (lowered[i] ?? 0) * factor(iouOf(data, 4 * box, data, 4 * i));
      if (score <= scoreThreshold) continue;
      lowered[i] = score;
      const rival = waiting[best] ?? 0;
      waiting[left] = i;
      const ahead = score - (lowered[rival] ?? 0);
      if (left === 0 || ahead > 0 || (ahead === 0 && i < rival)) best = left;
      left++;
    }
  }
  return { indices: Int32Array.from(taken), scores: Float32Array.from(taken, (i) => lowered[i] ?? 0) };
}

/** What a score is multiplied by, as a function of the IoU. */
function falloff({ method = "gaussian", sigma = 0.5, iouThreshold = 0.3 }: SoftNmsOptions): (iou: number) => number {
  checkRange("sigma", sigma, sigma > 0, "above 0");
  checkRange("iouThreshold", iouThreshold, iouThreshold >= 0 && iouThreshold <= 1, "0 to 1");
  if (method === "linear") return (iou) => (iou > iouThreshold ? 1 - iou : 1);
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- callers in JavaScript
  if (method === "gaussian") return (iou) => (iou > 0 ? Math.exp(-(iou ** 2) / sigma) : 1);
  throw new RangeError(`softNms: method must be gaussian or linear, got ${String(method)}`);
}

function checkRange(name: string, value: number, inRange: boolean, range: string): void {
  if (!inRange) throw new RangeError(`softNms: ${name} must be ${range}, got ${value}`);
}
