/** The boundaries of all classes in one map: a pixel belongs to one class, so to the boundary of one class at most. */
export interface BoundaryMap {
  /** Row by row, with a margin on all sides that the search may step into: the class of a boundary pixel, else -1. */
  pixels: Int32Array;
  /** [classes] boundary pixels of each. */
  counts: Float64Array;
  /** Steps within `pixels` to all pixels nearer than the tolerance, the nearest first. */
  steps: Int32Array;
}

interface Frame {
  width: number;
  height: number;
  /** Pixels. */
  tolerance: number;
  classCount: number;
}

const NOTHING = -1;

/**
 * Marks each pixel that has a neighbour of another class to its left or right, above or below. What does not count
 * (`counts(pixel)` is false) has no class, neither of its own nor as a neighbour; the same holds beyond the image's edge.
 */
export function drawBoundaries(
  labels: ArrayLike<number>,
  counts: (pixel: number) => boolean,
  { width, height, tolerance, classCount }: Frame,
): BoundaryMap {
  const reach = Math.max(1, Math.ceil(tolerance) - 1); // the largest whole number below the tolerance
  const [marginX, marginY] = [Math.min(reach, width), Math.min(reach, height)];
  const stride = width + 2 * marginX;
  const classes = new Int32Array(stride * (height + 2 * marginY)).fill(NOTHING);
  const place = (y: number): number => (y + marginY) * stride + marginX;
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = y * width; x < width; x++, i++) if (counts(i)) classes[place(y) + x] = labels[i] as number;
  }

  const map: BoundaryMap = {
    pixels: new Int32Array(classes.length).fill(NOTHING),
    counts: new Float64Array(classCount),
    steps: stepsWithin(tolerance, marginX, marginY, stride),
  };
  for (let y = 0; y < height; y++) {
    for (let i = place(y), end = i + width; i < end; i++) {
      const k = classes[i] as number;
      if (k === NOTHING) continue;
      const differs = (j: number): boolean => classes[j] !== k && classes[j] !== NOTHING;
      if (differs(i - 1) || differs(i + 1) || differs(i - stride) || differs(i + stride)) {
        map.pixels[i] = k;
        (map.counts[k] as number)++;
      }
    }
  }
  return map;
}

/** [classes] the share of each class's boundary pixels in `from` that have one of `to` within the tolerance, NaN for none. */
export function boundaryShares(from: BoundaryMap, to: BoundaryMap): Float64Array {
  const hits = new Float64Array(from.counts.length);
  from.pixels.forEach((k, i) => {
    if (k !== NOTHING && to.counts[k] !== 0 && isNear(to, i, k)) (hits[k] as number)++;
  });
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
