import { CellGrid } from "./cellGrid.ts";

const { abs, fround, max, min } = Math;

/**
 * Greedy suppression: goes through the boxes and keeps each one whose IoU with every box kept before is at most the
 * threshold.
 *
 * Arithmetic is float32, rounded after every operation as in torchvision's C++ kernel, so that a pair whose IoU is a
 * rounding error away from the threshold is decided in the same way. Boxes without area (x2 <= x1 or y2 <= y1) and
 * boxes whose area is no finite float32 overlap nothing there, and nothing here.
 *
 * @param boxes n * 4 numbers without NaN, best box first.
 * @param limit how many to keep at most.
 * @returns the places of the kept boxes, rising.
 */
export function suppress(boxes: Float32Array, iouThreshold: number, limit: number): Int32Array {
  const areas = areasOf(boxes);
  const exceeds = overlapTest(boxes, areas, iouThreshold);
  const grid = new CellGrid(boxes, areas);
  // Two boxes with a higher IoU share more than that part of each one's width and height. So if that part, at most a
  // half, is cut from every side of one box, the other still touches what is left. (A little less, for rounding.)
  const cut = ALMOST * min(iouThreshold, 0.5);
  const kept = new Int32Array(areas.length);
  let count = 0;
  for (let i = 0; i < areas.length && count < limit; i++) {
    const area = areas[i] ?? 0;
    if (area > 0) {
      if (grid.someNear(i, iouThreshold * area > TINY ? cut : 0, exceeds)) continue;
      grid.add(i);
    }
    kept[count++] = i;
  }
  return kept.slice(0, count);
}

// Float32 operations are exact to 1e-7 of their result, except for results below TINY: this much allows for them.
const ALMOST = 0.9999;
const TINY = 1e-37;

/** A function that says whether box i has an IoU above the threshold with one of the others; all have an area. */
function overlapTest(boxes: Float32Array, areas: Float32Array, iouThreshold: number) {
  // The estimate is as good as ALMOST unless one box may be more than a hundred times the other.
  const factor = iouThreshold >= 0.01 ? 4 * ALMOST * iouThreshold : -Infinity;
  return (i: number, others: readonly number[]): boolean => {
    const ax1 = boxes[4 * i] ?? 0;
    const ay1 = boxes[4 * i + 1] ?? 0;
    const ax2 = boxes[4 * i + 2] ?? 0;
    const ay2 = boxes[4 * i + 3] ?? 0;
    const area = areas[i] ?? 0;
    const enough = factor * area - TINY;
    for (let k = 0; k < others.length; k++) {
      const j = others[k] ?? 0;
      const bx1 = boxes[4 * j] ?? 0;
      const by1 = boxes[4 * j + 1] ?? 0;
      const bx2 = boxes[4 * j + 2] ?? 0;
      const by2 = boxes[4 * j + 3] ?? 0;
      // Most pairs fail this estimate: an IoU above the threshold takes an intersection above that part of an area.
      // It does without min and max, which cost a mispredicted branch each: 2 min(a, b) = a + b - |a - b|.
      const twiceWidth = ax2 + bx2 - abs(ax2 - bx2) - (ax1 + bx1 + abs(ax1 - bx1));
      const twiceHeight = ay2 + by2 - abs(ay2 - by2) - (ay1 + by1 + abs(ay1 - by1));
      if (twiceWidth * twiceHeight < enough) continue;

      const width = fround(min(ax2, bx2) - max(ax1, bx1));
      const height = fround(min(ay2, by2) - max(ay1, by1));
      if (width <= 0 || height <= 0) continue;
      const intersection = fround(width * height);
      const union = fround(fround(area + (areas[j] ?? 0)) - intersection);
      if (fround(intersection / union) > iouThreshold) return true;
    }
    return false;
  };
}

/** The area of every box, and 0 for those that overlap nothing. */
function areasOf(boxes: Float32Array): Float32Array {
  const areas = new Float32Array(boxes.length / 4);
  for (let i = 0; i < areas.length; i++) {
    const width = fround((boxes[4 * i + 2] ?? 0) - (boxes[4 * i] ?? 0));
    const height = fround((boxes[4 * i + 3] ?? 0) - (boxes[4 * i + 1] ?? 0));
    const area = fround(width * height);
    if (width > 0 && height > 0 && area < Infinity) areas[i] = area;
  }
  return areas;
}
