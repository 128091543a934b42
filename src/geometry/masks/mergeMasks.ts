import { checkRle, checkSameSize, type Rle } from "./rle.ts";

/**
 * The pixels that are inside any of the masks.
 * @param masks at least one, all of one size.
 * @throws RangeError where there is none, sizes differ, or runs do not sum up to height * width.
 */
export function maskUnion(masks: readonly Rle[]): Rle {
  return merge("maskUnion", masks, (a, b) => a | b);
}

/** The pixels that are inside all of the masks; see `maskUnion`. */
export function maskIntersection(masks: readonly Rle[]): Rle {
  return merge("maskIntersection", masks, (a, b) => a & b);
}

/** Two pixels' values, 0 or 1, as one. */
type Combine = (a: number, b: number) => number;

function merge(where: string, masks: readonly Rle[], combine: Combine): Rle {
  const [first] = masks;
  if (first === undefined) throw new RangeError(`${where}: there must be at least one mask`);
  for (const [i, mask] of masks.entries()) {
    checkRle(`${where}: masks[${i}]`, mask);
    checkSameSize(where, first, mask);
  }
  // Neighbours first, then the pairs of pairs: each run is read about log2(n) times, not n times.
  let merged = masks.map((mask) => mask.counts);
  while (merged.length > 1) {
    const pairs: Uint32Array[] = [];
    for (let i = 0; i < merged.length; i += 2) {
      const [a, b] = [merged[i] as Uint32Array, merged[i + 1]];
      pairs.push(b === undefined ? a : mergeTwo(a, b, combine));
    }
    merged = pairs;
  }
  return { height: first.height, width: first.width, counts: Uint32Array.from(merged[0] ?? []) };
}

/** Walks both lists of runs from border to border of either. */
function mergeTwo(a: Uint32Array, b: Uint32Array, combine: Combine): Uint32Array {
  const counts = new Uint32Array(a.length + b.length + 1);
  let length = 0;
  let [i, j] = [0, 0]; // the current runs; odd ones are inside
  let [endA, endB] = [a[0] as number, b[0] as number];
  let [from, at] = [0, 0]; // where the run being made began, how far we are
  while (i < a.length && j < b.length) {
    const end = Math.min(endA, endB);
    // length % 2: whether the run being made is inside
    if (end > at && combine(i & 1, j & 1) !== length % 2) {
      counts[length++] = at - from;
      from = at;
    }
    at = end;
    if (endA === end) endA += a[++i] ?? 0;
    if (endB === end) endB += b[++j] ?? 0;
  }
  counts[length++] = at - from;
  return counts.slice(0, length);
}
