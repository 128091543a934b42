import { expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import {
  aroundMiddle,
  cornersTo,
  IDENTITY,
  invert,
  keepsBoxes,
  multiply,
  scaleAndShift,
  transformPoint,
  type Matrix,
} from "../../../../src/data/augment/apply/matrix.ts";

const FRAME = { width: 40, height: 20 };

it("multiplies so that the second transform is done first", () => {
  const both = multiply(scaleAndShift(2, 3, 0, 0), scaleAndShift(1, 1, 10, 10));
  expect(transformPoint(both, 1, 1)).toEqual([22, 33]);
});

it("inverts any transform", () => {
  const random = new Random(1);
  for (let i = 0; i < 100; i++) {
    const matrix = Array.from({ length: 9 }, () => random.uniform(-2, 2)) as Matrix;
    multiply(matrix, invert(matrix)).forEach((value, at) => {
      expect(value).toBeCloseTo(IDENTITY[at] as number, 8);
    });
  }
});

it("says of a flat matrix that it has no inverse", () => {
  expect(() => invert([1, 2, 0, 2, 4, 0, 0, 0, 1])).toThrow("invert: the matrix [1, 2, 0, 2, 4, 0, 0, 0, 1] has no");
});

it("leaves the middle of a frame where it is", () => {
  expect(transformPoint(aroundMiddle(FRAME, [0, -1, 1, 0]), 20, 10)).toEqual([20, 10]);
  expect(transformPoint(aroundMiddle(FRAME, [0, -1, 1, 0]), 25, 10)).toEqual([20, 15]); // a quarter clockwise
});

it("takes the corners of a frame to four points", () => {
  const points = [
    [1, 2],
    [38, -3],
    [44, 25],
    [-5, 18],
  ] as const;
  const matrix = cornersTo(FRAME, points);
  const corners = [
    [0, 0],
    [40, 0],
    [40, 20],
    [0, 20],
  ] as const;
  corners.forEach(([x, y], i) => {
    const [toX, toY] = transformPoint(matrix, x, y);
    expect(toX).toBeCloseTo(points[i]?.[0] ?? NaN, 9);
    expect(toY).toBeCloseTo(points[i]?.[1] ?? NaN, 9);
  });
});

it("knows after which transforms a box is a box", () => {
  expect(keepsBoxes(scaleAndShift(-2, 3, 4, 5))).toBe(true);
  expect(keepsBoxes([0, -1, 7, 1, 0, 0, 0, 0, 1])).toBe(true);
  expect(keepsBoxes([1, 0.1, 0, 0, 1, 0, 0, 0, 1])).toBe(false);
  expect(keepsBoxes([1, 0, 0, 0, 1, 0, 0.001, 0, 1])).toBe(false);
});
