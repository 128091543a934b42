import { expect, it } from "vitest";
import { Random } from "../../../../src/base/random.ts";
import {
  boxCorners,
  clipPolygon,
  halfPlanesOf,
  polygonArea,
  visibleShare,
  type Polygon,
} from "../../../../src/data/augment/apply/clipShape.ts";
import { cornersTo, IDENTITY, transformPoint } from "../../../../src/data/augment/apply/matrix.ts";

it("cuts a box at a window", () => {
  const inside = halfPlanesOf(IDENTITY, [5, 0, 20, 8]);
  expect(clipPolygon(boxCorners([0, 0, 10, 10]), inside)).toEqual([
    [5, 0],
    [10, 0],
    [10, 8],
    [5, 8],
  ]);
  expect(visibleShare([boxCorners([0, 0, 10, 10])], inside)).toBe(0.4);
});

it("leaves what is inside as it is, and nothing of what is outside", () => {
  const polygon = boxCorners([1, 1, 2, 2]);
  expect(clipPolygon(polygon, halfPlanesOf(IDENTITY, [0, 0, 4, 4]))).toBe(polygon);
  expect(clipPolygon(polygon, halfPlanesOf(IDENTITY, [3, 0, 4, 4]))).toEqual([]);
  expect(visibleShare([], halfPlanesOf(IDENTITY, [3, 0, 4, 4]))).toBe(0);
});

it("measures a polygon whichever way it runs", () => {
  const star: Polygon = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  expect(polygonArea(star)).toBe(10);
  expect(polygonArea([...star].reverse())).toBe(10);
});

it("finds the share that is seen through any perspective, as counting points does", () => {
  const random = new Random(2);
  for (let i = 0; i < 60; i++) {
    const jump = (value: number): number => value + random.uniform(-9, 9);
    const corners = boxCorners([0, 0, 40, 40]).map(([x, y]) => [jump(x), jump(y)] as const);
    const matrix = cornersTo({ width: 40, height: 40 }, corners);
    const polygon = Array.from({ length: 3 + random.int(3) }, (_, k, n = 5) => {
      const [angle, radius] = [(2 * Math.PI * k) / n, random.uniform(5, 40)];
      return [20 + radius * Math.cos(angle), 20 + radius * Math.sin(angle)] as [number, number];
    });
    const window = [0, 0, 30, 25] as const;
    let [inside, seen] = [0, 0];
    for (let x = -20; x < 60; x += 0.4) {
      for (let y = -20; y < 60; y += 0.4) {
        if (!contains(polygon, x, y)) continue;
        inside++;
        const [toX, toY] = transformPoint(matrix, x, y);
        const front = matrix[6] * x + matrix[7] * y + matrix[8] > 0;
        if (front && toX >= 0 && toX < window[2] && toY >= 0 && toY < window[3]) seen++;
      }
    }
    expect(visibleShare([polygon], halfPlanesOf(matrix, window))).toBeCloseTo(seen / inside, 1);
  }
});

/** The even-odd rule. */
function contains(polygon: Polygon, x: number, y: number): boolean {
  let inside = false;
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length] as [number, number];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}
