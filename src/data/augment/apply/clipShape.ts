import type { Window } from "../draw/draw.ts";
import { transformPoint, type Matrix } from "./matrix.ts";

/** Points in the order of the outline. */
export type Polygon = [x: number, y: number][];

/** a, b, c: the points with a x + b y + c >= 0. */
type HalfPlane = readonly [number, number, number];

/** Upper left, upper right, lower right, lower left. */
export function boxCorners([x1, y1, x2, y2]: readonly [number, number, number, number]): Polygon {
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
}

/**
 * The points that the matrix takes into the window x1, y1, x2, y2, as the half-planes that they have in common. None of
 * them is behind the horizon: x1 W <= X <= x2 W has no solution with a negative W.
 */
export function halfPlanesOf(m: Matrix, [x1, y1, x2, y2]: readonly [number, number, number, number]): HalfPlane[] {
  const [x, y, w] = [m.slice(0, 3), m.slice(3, 6), m.slice(6, 9)] as [number[], number[], number[]];
  const combine = (p: number, a: number[], q: number, b: number[]): HalfPlane =>
    [0, 1, 2].map((i) => p * (a[i] as number) + q * (b[i] as number)) as [number, number, number];
  return [combine(1, x, -x1, w), combine(-1, x, x2, w), combine(1, y, -y1, w), combine(-1, y, y2, w)];
}

/** The part of the polygon inside all half-planes (Sutherland and Hodgman, "Reentrant polygon clipping", 1974). */
export function clipPolygon(polygon: Polygon, planes: readonly HalfPlane[]): Polygon {
  let inside = polygon;
  for (const [a, b, c] of planes) {
    const heights = inside.map(([x, y]) => a * x + b * y + c);
    if (heights.every((height) => height >= 0)) continue;
    const clipped: Polygon = [];
    inside.forEach(([x, y], i) => {
      const next = (i + 1) % inside.length;
      const [height, nextHeight] = [heights[i] as number, heights[next] as number];
      if (height >= 0) clipped.push([x, y]);
      if (height >= 0 !== nextHeight >= 0) {
        const t = height / (height - nextHeight);
        const [nextX, nextY] = inside[next] as [number, number];
        clipped.push([x + t * (nextX - x), y + t * (nextY - y)]);
      }
    });
    inside = clipped;
  }
  return inside;
}

/** Area inside the outline, whichever way it runs. */
export function polygonArea(polygon: Polygon): number {
  let twice = 0;
  polygon.forEach(([x, y], i) => {
    const [nextX, nextY] = polygon[(i + 1) % polygon.length] as [number, number];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

/** How much of the polygons' area is inside all half-planes, 0 to 1; 0 where they have no area. */
export function visibleShare(polygons: readonly Polygon[], planes: readonly HalfPlane[]): number {
  const whole = totalArea(polygons);
  return whole > 0 ? totalArea(polygons.map((polygon) => clipPolygon(polygon, planes))) / whole : 0;
}

export function totalArea(polygons: readonly Polygon[]): number {
  return polygons.reduce((sum, polygon) => sum + polygonArea(polygon), 0);
}

/** The polygon's points transformed. */
export function transformPolygon(polygon: Polygon, matrix: Matrix): Polygon {
  return polygon.map(([x, y]) => transformPoint(matrix, x, y));
}

/** The part of a window that a box touches, and a pixel more on each side. */
export function windowAround(box: readonly [number, number, number, number], window: Window): Window {
  return [
    Math.max(window[0], Math.floor(box[0]) - 1),
    Math.max(window[1], Math.floor(box[1]) - 1),
    Math.min(window[2], Math.ceil(box[2]) + 1),
    Math.min(window[3], Math.ceil(box[3]) + 1),
  ];
}
