import type { LabelledObject } from "../dataset.ts";

type Box = LabelledObject["box"];

/** Corners of the polygon that stands for a circle or an ellipse: its area is 0.2 % smaller. */
const ROUND_CORNERS = 64;

/** A coordinate as a share of the image's side, with 8 decimals: a thousandth of a pixel of 50,000. */
export function shareOf(side: number, value: number): number {
  return Number((value / side).toFixed(8));
}

/** The box around the corners of polygons, x and y in turn; of no corners one without an area. */
export function boxAround(polygons: readonly (readonly number[])[]): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons) {
    for (let i = 0; i + 1 < polygon.length; i += 2) {
      const [x, y] = [polygon[i] ?? 0, polygon[i + 1] ?? 0];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
}

/**
 * The box around an ellipse, exactly, and a polygon of 64 corners on it.
 *
 * @param angle by which it is turned, in radians, from x to y
 */
export function ellipse(
  cx: number,
  cy: number,
  rx: number,
  ry: number,
  angle = 0,
): { box: Box; segmentation: number[][] } {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [width, height] = [Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos)];
  const polygon: number[] = [];
  for (let i = 0; i < ROUND_CORNERS; i++) {
    const at = (2 * Math.PI * i) / ROUND_CORNERS;
    const [x, y] = [rx * Math.cos(at), ry * Math.sin(at)];
    polygon.push(cx + x * cos - y * sin, cy + x * sin + y * cos);
  }
  return { box: [cx - width, cy - height, cx + width, cy + height], segmentation: [polygon] };
}

/**
 * The corners of a box that is turned about a point.
 *
 * @param angle in degrees, from x to y (clockwise on the screen)
 */
export function turnedCorners(box: Box, angle: number, [aroundX, aroundY]: readonly [number, number]): number[] {
  const radians = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  return cornersOf(box).map((_, i, corners) => {
    const dx = (corners[i - (i % 2)] ?? 0) - aroundX;
    const dy = (corners[i - (i % 2) + 1] ?? 0) - aroundY;
    return i % 2 === 0 ? aroundX + dx * cos - dy * sin : aroundY + dx * sin + dy * cos;
  });
}

/** A box as a polygon. */
export function cornersOf([x1, y1, x2, y2]: Box): number[] {
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}

/** One outline of several: from the first corner of the first to each other, around it, and back; bridges have no area. */
export function joinPolygons([first = [], ...others]: readonly number[][]): number[] {
  const start = first.slice(0, 2);
  return [...first, ...others.flatMap((polygon) => [...start, ...polygon, ...polygon.slice(0, 2)])];
}
