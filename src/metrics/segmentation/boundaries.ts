/** The boundaries of all classes in one map: a pixel belongs to one class, so to the boundary of one class at most. */
export interface BoundaryMap {
  /** Row by row, with a margin on all sides that the search may step into: the class of a boundary pixel, else -1. */
  pixels: Int32Array;
  /** [classes] boundary pixels of each. */
  counts: Float64Array;
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
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = labels[i] as number;
      if (
        mask[i] !== 0 &&
        ((x > 0 && mask[i - 1] !== 0 && labels[i - 1] !== k) ||
          (x < width - 1 && mask[i + 1] !== 0 && labels[i + 1] !== k) ||
          (y > 0 && mask[i - width] !== 0 && labels[i - width] !== k) ||
          (y < height - 1 && mask[i + width] !== 0 && labels[i + width] !== k))
      ) {
        pixels[(y + marginY) * stride + x + marginX] = k;
        (counts[k] as number)++;
      }
    }
  }
  return { pixels, counts, steps: stepsWithin(tolerance, marginX, marginY, stride) };
}

/** [classes] the share of each class's boundary pixels in `from` that have one of `to` within the tolerance, NaN for none. */
export function boundaryShares(from: BoundaryMap, to: BoundaryMap): Float64Array {
  const hits = new Float64Array(from.counts.length);
  for (let i = 0; i < from.pixels.length; i++) {
    const k = from.pixels[i] as number;
    if (k !== NOTHING && to.counts[k] !== 0 && isNear(to, i, k)) (hits[k] as number)++;
  }
  return hits.map((count, k) => count / (from.counts[k] as number));
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
