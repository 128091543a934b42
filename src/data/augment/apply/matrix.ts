import type { Size } from "../../../base/preprocessing.ts";

/**
 * A projective transform of the plane, row after row: (x, y) goes to (X / W, Y / W) with [X, Y, W] = matrix * [x, y, 1].
 * Pixel (i, j) covers the square from (i, j) to (i + 1, j + 1).
 */
export type Matrix = [number, number, number, number, number, number, number, number, number];

export const IDENTITY: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** The transform that does b first, then a. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const [a0, a1, a2, a3, a4, a5, a6, a7, a8] = a;
  const [b0, b1, b2, b3, b4, b5, b6, b7, b8] = b;
  return [
    a0 * b0 + a1 * b3 + a2 * b6,
    a0 * b1 + a1 * b4 + a2 * b7,
    a0 * b2 + a1 * b5 + a2 * b8,
    a3 * b0 + a4 * b3 + a5 * b6,
    a3 * b1 + a4 * b4 + a5 * b7,
    a3 * b2 + a4 * b5 + a5 * b8,
    a6 * b0 + a7 * b3 + a8 * b6,
    a6 * b1 + a7 * b4 + a8 * b7,
    a6 * b2 + a7 * b5 + a8 * b8,
  ];
}

/** The transform back (the adjugate divided by the determinant). Throws RangeError where there is none. */
export function invert(m: Matrix): Matrix {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-12)) throw new RangeError(`invert: the matrix [${m.join(", ")}] has no inverse`);
  return [
    (e * i - f * h) / determinant,
    (c * h - b * i) / determinant,
    (b * f - c * e) / determinant,
    (f * g - d * i) / determinant,
    (a * i - c * g) / determinant,
    (c * d - a * f) / determinant,
    (d * h - e * g) / determinant,
    (b * g - a * h) / determinant,
    (a * e - b * d) / determinant,
  ];
}

/** Where a point goes. */
export function transformPoint(m: Matrix, x: number, y: number): [x: number, y: number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** Scales, then shifts. */
export function scaleAndShift(scaleX: number, scaleY: number, shiftX: number, shiftY: number): Matrix {
  return [scaleX, 0, shiftX, 0, scaleY, shiftY, 0, 0, 1];
}

/** The linear map [[a, b], [c, d]] that leaves the middle of the frame where it is. */
export function aroundMiddle(frame: Size, [a, b, c, d]: readonly [number, number, number, number]): Matrix {
  const [x, y] = [frame.width / 2, frame.height / 2];
  return [a, b, x - a * x - b * y, c, d, y - c * x - d * y, 0, 0, 1];
}

/**
 * Takes the frame's corners (upper left, upper right, lower right, lower left) to the given four points, x and y of
 * each; these must form a convex quadrangle (Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, 2.2.3).
 */
export function cornersTo(frame: Size, points: readonly (readonly [number, number])[]): Matrix {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = points as [Point, Point, Point, Point];
  const [sumX, sumY] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sumX * dy2 - dx2 * sumY) / determinant;
  const h = (dx1 * sumY - sumX * dy1) / determinant;
  const square: Matrix = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
  return multiply(square, scaleAndShift(1 / frame.width, 1 / frame.height, 0, 0));
}

type Point = readonly [number, number];

/** True where boxes stay boxes: scales, shifts, flips and quarter turns. */
export function keepsBoxes([a, b, , d, e, , g, h]: Matrix): boolean {
  return g === 0 && h === 0 && ((b === 0 && d === 0) || (a === 0 && e === 0));
}
