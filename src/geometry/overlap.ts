import { readBox, readBoxes, type Box, type Boxes } from "./readBoxes.ts";

// Boxes are [x1, y1, x2, y2]. All functions here compute in float64; the matrices are rounded to float32 at the end.
// They are never NaN, and within the ranges given for all boxes: one without area, or with x2 < x1 or y2 < y1, has an IoU
// of 0 with everything, and where a coordinate is infinite or the arithmetic overflows, the IoU is 0 and the other three
// are -1. A NaN in a box is a RangeError that says where.

/**
 * Intersection over union (Jaccard index): area(a and b) / area(a or b), 0 to 1.
 * @throws TypeError or RangeError where a box is not four numbers or holds NaN.
 */
export function iou(a: Box, b: Box): number {
  return onePair("iou", a, b, iouOf);
}

/**
 * Generalized IoU: IoU - (C - U) / C, with C the area of the smallest box around both and U that of their union; -1 to
 * 1 (Rezatofighi et al., "Generalized Intersection over Union", 2019). Where C is 0, it is the IoU.
 * @throws as `iou`.
 */
export function giou(a: Box, b: Box): number {
  return onePair("giou", a, b, giouOf);
}

/**
 * Distance IoU: IoU - d² / c², with d the distance of the centres and c the diagonal of the smallest box around both;
 * -1 to 1 (Zheng et al., "Distance-IoU Loss", 2020). Where c is 0, it is the IoU.
 * @throws as `iou`.
 */
export function diou(a: Box, b: Box): number {
  return onePair("diou", a, b, diouOf);
}

/**
 * Complete IoU: DIoU - v² / (1 - IoU + v), with v = (2 / π (atan(wa / ha) - atan(wb / hb)))², how far the shapes
 * differ; -1.5 to 1 (Zheng et al., "Distance-IoU Loss", 2020). The angle of a point, 0 / 0, is taken as 0.
 * @throws as `iou`.
 */
export function ciou(a: Box, b: Box): number {
  return onePair("ciou", a, b, ciouOf);
}

/**
 * The IoU of every box of `a` with every box of `b`.
 * @returns [a.length, b.length], row-major: element i * (number of boxes in b) + j is iou(a[i], b[j]).
 * @throws as `iou`.
 */
export function pairwiseIou(a: Boxes, b: Boxes): Float32Array {
  return allPairs("pairwiseIou", a, b, iouOf);
}

/** The generalized IoU of every box of `a` with every box of `b`; see `giou` and `pairwiseIou`. */
export function pairwiseGiou(a: Boxes, b: Boxes): Float32Array {
  return allPairs("pairwiseGiou", a, b, giouOf);
}

/** The distance IoU of every box of `a` with every box of `b`; see `diou` and `pairwiseIou`. */
export function pairwiseDiou(a: Boxes, b: Boxes): Float32Array {
  return allPairs("pairwiseDiou", a, b, diouOf);
}

/** The complete IoU of every box of `a` with every box of `b`; see `ciou` and `pairwiseIou`. */
export function pairwiseCiou(a: Boxes, b: Boxes): Float32Array {
  return allPairs("pairwiseCiou", a, b, ciouOf);
}

/** A measure of two boxes: the one that begins at a[i], and the one that begins at b[j]. */
type Measure = (a: Float64Array, i: number, b: Float64Array, j: number) => number;

function onePair(where: string, a: Box, b: Box, measure: Measure): number {
  return measure(Float64Array.from(readBox(`${where}: a`, a)), 0, Float64Array.from(readBox(`${where}: b`, b)), 0);
}

function allPairs(where: string, a: Boxes, b: Boxes, measure: Measure): Float32Array {
  const rows = readBoxes(`${where}: a`, a);
  const columns = readBoxes(`${where}: b`, b);
  const result = new Float32Array((rows.length / 4) * (columns.length / 4));
  let at = 0;
  for (let i = 0; i < rows.length; i += 4) {
    for (let j = 0; j < columns.length; j += 4) result[at++] = measure(rows, i, columns, j);
  }
  return result;
}

/** The IoU of the box that begins at a[i] and the one that begins at b[j]; see `iou`. */
export function iouOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const shared = sharedSide(a, i, b, j) * sharedSide(a, i + 1, b, j + 1);
  const union = areaOf(a, i) + areaOf(b, j) - shared;
  return shared > 0 && union < Infinity ? shared / union : 0;
}

function giouOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const shared = sharedSide(a, i, b, j) * sharedSide(a, i + 1, b, j + 1);
  const union = areaOf(a, i) + areaOf(b, j) - shared;
  const hull = hullSide(a, i, b, j) * hullSide(a, i + 1, b, j + 1);
  if (hull === 0) return iouOf(a, i, b, j);
  return hull < Infinity ? iouOf(a, i, b, j) - Math.max(0, hull - union) / hull : -1;
}

function diouOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const diagonal = squaredDiagonal(a, i, b, j);
  if (diagonal === 0) return iouOf(a, i, b, j);
  const distance = (middle(a, i) - middle(b, j)) ** 2 + (middle(a, i + 1) - middle(b, j + 1)) ** 2;
  return diagonal < Infinity ? iouOf(a, i, b, j) - Math.min(1, distance / diagonal) : -1;
}

function ciouOf(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const diou = diouOf(a, i, b, j);
  const angleA = Math.atan2(side(a, i), side(a, i + 1));
  const angleB = Math.atan2(side(b, j), side(b, j + 1));
  const v = ((2 / Math.PI) * (angleA - angleB)) ** 2;
  const comparable = v > 0 && squaredDiagonal(a, i, b, j) < Infinity;
  return comparable ? diou - v ** 2 / (1 - iouOf(a, i, b, j) + v) : diou;
}

/** The square of the diagonal of the smallest box around both. */
function squaredDiagonal(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return hullSide(a, i, b, j) ** 2 + hullSide(a, i + 1, b, j + 1) ** 2;
}

// Along one axis: a[i] is x1 or y1 of a box, and a[i + 2] its x2 or y2.

function side(a: Float64Array, i: number): number {
  return Math.max(0, (a[i + 2] ?? 0) - (a[i] ?? 0));
}

function middle(a: Float64Array, i: number): number {
  return (a[i] ?? 0) / 2 + (a[i + 2] ?? 0) / 2;
}

/** How much of the axis two boxes share. */
function sharedSide(a: Float64Array, i: number, b: Float64Array, j: number): number {
  return Math.max(0, Math.min(a[i + 2] ?? 0, b[j + 2] ?? 0) - Math.max(a[i] ?? 0, b[j] ?? 0));
}

/** How much of the axis the smallest box around both takes. */
function hullSide(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const high = Math.max(Math.max(a[i] ?? 0, a[i + 2] ?? 0), Math.max(b[j] ?? 0, b[j + 2] ?? 0));
  const low = Math.min(Math.min(a[i] ?? 0, a[i + 2] ?? 0), Math.min(b[j] ?? 0, b[j + 2] ?? 0));
  return high < Infinity && low > -Infinity ? high - low : Infinity;
}

function areaOf(a: Float64Array, i: number): number {
  return side(a, i) * side(a, i + 1);
}
