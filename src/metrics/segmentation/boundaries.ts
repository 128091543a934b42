/** The boundaries of all classes in one map: a pixel belongs to one class, so to the boundary of one class at most. */
export interface BoundaryMap {
  /**
   * Row by row, with a margin on all sides that the search may step into: the class of a boundary pixel, -2 for one that
   * does not count, else -1.
   */
  pixels: Int32Array;
  /** [classes] boundary pixels of each. */
  counts: Float64Array;
  /** [classes] pixels of each with a neighbour that does not count, where a boundary of it may lie. */
  open: Float64Array;
  /** Steps within `pixels` to all pixels nearer than the tolerance, the nearest first. */
  steps: Int32Array;
}

export interface BoundaryFrame {
  width: number;
  height: number;
  classCount: number;
  /** Pixels. */
  tolerance: number;
  /** [height * width] 0 for pixels that do not count. */
  mask: Uint8Array;
}

const NOTHING = -1;
const UNCOUNTED = -2;

/**
 * Marks each pixel that has a neighbour of another class to its left or right, above or below. What does not count, or
 * lies beyond the image's edge, is neither a boundary nor such a neighbour.
 */
export function drawBoundaries(labels: ArrayLike<number>, frame: BoundaryFrame): BoundaryMap {
  const { width, height, classCount, tolerance, mask } = frame;
  const reach = Math.ceil(tolerance) - 1; // the largest whole number below the tolerance
  const [marginX, marginY] = [Math.min(reach, width), Math.min(reach, height)];
  const stride = width + 2 * marginX;
  const pixels = new Int32Array(stride * (height + 2 * marginY)).fill(NOTHING);
  const counts = new Float64Array(classCount);
  const open = new Float64Array(classCount);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const place = (y + marginY) * stride + x + marginX;
      if (mask[i] === 0) {
        pixels[place] = UNCOUNTED;
        continue;
      }
      const k = labels[i] as number;
      let [isBoundary, isOpen] = [false, false];
      const meet = (neighbour: number): void => {
        if (mask[neighbour] === 0) isOpen = true;
        else if (labels[neighbour] !== k) isBoundary = true;
      };
      if (x > 0) meet(i - 1);
      if (x < width - 1) meet(i + 1);
      if (y > 0) meet(i - width);
      if (y < height - 1) meet(i + width);
      if (isOpen) (open[k] as number)++;
      if (isBoundary) {
        pixels[place] = k;
        (counts[k] as number)++;
      }
    }
  }
  return { pixels, counts, open, steps: stepsWithin(tolerance, marginX, marginY, stride) };
}

/**
 * [classes] the share of each class's boundary pixels in `from` that have one of `to` within the tolerance, NaN for none.
 * Those within the tolerance of a pixel that does not count are left out: their match may lie there.
 */
export function boundaryShares(from: BoundaryMap, to: BoundaryMap): Float64Array {
  const [judged, hits] = [new Float64Array(from.counts.length), new Float64Array(from.counts.length)];
  const partial = from.open.some((count) => count > 0);
  for (let i = 0; i < from.pixels.length; i++) {
    const k = from.pixels[i] as number;
    if (k < 0 || (partial && isNear(from, i, UNCOUNTED))) continue;
    (judged[k] as number)++;
    if (to.counts[k] !== 0 && isNear(to, i, k)) (hits[k] as number)++;
  }
  return hits.map((count, k) => count / (judged[k] as number));
}

function isNear({ pixels, steps }: BoundaryMap, i: number, k: number): boolean {
  for (let s = 0; s < steps.length; s++) if (pixels[i + (steps[s] as number)] === k) return true;
  return false;
}

function stepsWithin(tolerance: number, reachX: number, reachY: number, stride: number): Int32Array {
  const found: { step: number; square: number }[] = [];
  for (let dy = -reachY; dy <= reachY; dy++) {
    for (let dx = -reachX; dx <= reachX; dx++) {
      const square = dx * dx + dy * dy;
      if (square < tolerance * tolerance) found.push({ step: dy * stride + dx, square });
    }
  }
  return Int32Array.from(
    found.sort((a, b) => a.square - b.square),
    ({ step }) => step,
  );
}
