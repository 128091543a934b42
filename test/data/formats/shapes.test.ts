import { expect, test } from "vitest";
import { segmentationArea } from "../../../src/data/formats/coco/cocoSegmentation.ts";
import { boxAround, ellipse, joinPolygons, turnedCorners } from "../../../src/data/formats/shapes.ts";

const rounded = (numbers: readonly number[]) => numbers.map((value) => Math.round(value * 1e9) / 1e9 + 0);

test("boxAround takes the outermost corners of all polygons, however many there are", () => {
  expect(boxAround([[3, 4, 1, 9, 2, 2], [10, 5, 2, 2, 3, 3]])).toEqual([1, 2, 10, 9]); // prettier-ignore
  expect(boxAround([Array.from({ length: 500_000 }, (_, i) => i)])).toEqual([0, 1, 499_998, 499_999]);
});

test("the box of an ellipse touches it, turned by a quarter its sides change places", () => {
  expect(ellipse(10, 20, 4, 2).box).toEqual([6, 18, 14, 22]);
  expect(rounded(ellipse(10, 20, 4, 2, Math.PI / 2).box)).toEqual([8, 16, 12, 24]);
  const turned = ellipse(0, 0, 4, 2, 0.5);
  const points = Array.from({ length: 10_000 }, (_, i) => (2 * Math.PI * i) / 10_000);
  const farthest = Math.max(...points.map((t) => 4 * Math.cos(t) * Math.cos(0.5) - 2 * Math.sin(t) * Math.sin(0.5)));
  expect(turned.box[2]).toBeCloseTo(farthest, 6);
});

test("the polygon of an ellipse has nearly its area and lies on it", () => {
  const { segmentation } = ellipse(10, 20, 4, 2, 1);
  expect(segmentationArea(segmentation) / (8 * Math.PI)).toBeCloseTo(1, 2);
  const [x = 0, y = 0] = segmentation[0]?.slice(20) ?? [];
  const [dx, dy] = [(x - 10) * Math.cos(1) + (y - 20) * Math.sin(1), (y - 20) * Math.cos(1) - (x - 10) * Math.sin(1)];
  expect((dx / 4) ** 2 + (dy / 2) ** 2).toBeCloseTo(1, 9);
});

test("a box turns clockwise about a point", () => {
  expect(rounded(turnedCorners([0, 0, 4, 2], 90, [0, 0]))).toEqual([0, 0, 0, 4, -2, 4, -2, 0]);
  expect(rounded(turnedCorners([0, 0, 4, 2], 180, [2, 1]))).toEqual([4, 2, 0, 2, 0, 0, 4, 0]);
});

test("joined polygons keep their area", () => {
  const parts = [[0, 0, 2, 0, 2, 2], [10, 10, 14, 10, 14, 14, 10, 14]]; // prettier-ignore
  expect(segmentationArea([joinPolygons(parts)])).toBe(segmentationArea(parts));
});
