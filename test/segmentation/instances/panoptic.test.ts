import { describe, expect, it } from "vitest";
import { encodeMask } from "../../../src/geometry/index.ts";
import { evaluatePanopticQuality } from "../../../src/metrics/index.ts";
import { panopticOf } from "../../../src/segmentation/instances/panoptic.ts";
import { drawnLabels } from "../../geometry/regions/labelCases.ts";
import { drawn } from "../../geometry/masks/rleCases.ts";

const CLASSES = [
  { name: "car", isThing: true },
  { name: "road", isThing: false },
  { name: "sky", isThing: false },
];
const { labels: data, size } = drawnLabels("3311.", "22112", "21.12");
const LABELS = { ...size, data };
const CARS = [
  { mask: drawn("..##.", "..#..", "....."), class: 0 },
  { mask: drawn("..#..", "...#.", "...#."), class: 0 },
];

describe("panopticOf", () => {
  it("has a segment for each object and one for each class of stuff; what is neither is void", () => {
    const { ids, segments } = panopticOf(LABELS, CARS, CLASSES);
    expect([...ids]).toEqual([1, 1, 2, 2, 0, 3, 3, 2, 4, 3, 3, 0, 0, 4, 3]);
    expect(segments).toEqual([
      { id: 1, class: 2 },
      { id: 2, class: 0 },
      { id: 3, class: 1 },
      { id: 4, class: 0 },
    ]);
  });

  it("passes over objects of stuff and those of which no pixel is left, and keeps crowds", () => {
    const hidden = { mask: drawn("..#..", ".....", "....."), class: 0 };
    const road = { mask: drawn(".....", "##...", "....."), class: 1 };
    const crowd = { mask: drawn(".....", ".....", ".#..."), class: 0, crowd: true };
    const { segments } = panopticOf(LABELS, [...CARS, hidden, road, crowd], CLASSES);
    expect(segments.map((segment) => segment.class)).toEqual([2, 0, 1, 0, 0]);
    expect(segments.at(-1)).toEqual({ id: 5, class: 0, crowd: true });
  });

  it("leaves pixels void that do not count", () => {
    const ignored = { ...LABELS, data: data.map((label, i) => (i === 2 || i === 0 ? 255 : label)) };
    expect([...panopticOf(ignored, CARS, CLASSES).ids].slice(0, 4)).toEqual([0, 1, 0, 2]);
  });

  it("is what panoptic quality takes", () => {
    const truth = panopticOf(LABELS, CARS, CLASSES);
    expect(evaluatePanopticQuality([{ truth, prediction: truth }], CLASSES).all.pq).toBe(1);
    const prediction = panopticOf(LABELS, CARS.slice(0, 1), CLASSES);
    const { things, stuff } = evaluatePanopticQuality([{ truth, prediction }], CLASSES);
    expect([things.rq, stuff.pq]).toEqual([1 / 1.5, 1]);
  });

  it("says which class or mask does not fit", () => {
    expect(() => panopticOf(LABELS, [], CLASSES.slice(0, 2))).toThrow(
      new RangeError("panopticOf: labels: pixel 0: class must be an index below 2, got 2"),
    );
    expect(() => panopticOf(LABELS, [{ mask: encodeMask(new Uint8Array(2), 1, 2), class: 0 }], CLASSES)).toThrow(
      "panopticOf: instances[0]: the mask must be as large as the map, and is 2 x 1 (width x height), the map 5 x 3",
    );
  });
});
