import { describe, expect, it } from "vitest";
import type { Draw, Layer } from "../../../../src/data/augment/draw/draw.ts";
import { IDENTITY, scaleAndShift, type Matrix } from "../../../../src/data/augment/apply/matrix.ts";
import { placeObjects } from "../../../../src/data/augment/apply/placeObjects.ts";
import type { LabelledObject } from "../../../../src/data/dataset.ts";
import { encodeMask } from "../../../../src/geometry/masks/encodeMask.ts";
import { maskBox } from "../../../../src/geometry/masks/maskExtent.ts";
import { rleFromPolygon } from "../../../../src/geometry/masks/polygonMask.ts";
import { drawOf } from "../support.ts";

const CANVAS = { width: 100, height: 100 };

function place(objects: LabelledObject[], matrix: Matrix, rest: Partial<Draw> = {}): LabelledObject[] {
  const draw = drawOf(CANVAS, matrix, rest);
  return placeObjects(objects, draw.layers[0] as Layer, draw, true).map(({ object }) => object);
}

/** An eighth of a turn around (50, 50). */
const EIGHTH: Matrix = [Math.SQRT1_2, -Math.SQRT1_2, 50, Math.SQRT1_2, Math.SQRT1_2, 50 - 50 * Math.SQRT2, 0, 0, 1];

describe("the box of a turned object", () => {
  const box: LabelledObject["box"] = [30, 30, 70, 70];
  const diamond = [50, 30, 70, 50, 50, 70, 30, 50];
  const close = (values: number[]) => values.map((value): unknown => expect.closeTo(value, 6));

  it("is around the turned corners where there is nothing but the box", () => {
    const reach = 20 * Math.SQRT2;
    const [placed] = place([{ box, class: 0 }], EIGHTH);
    expect(placed?.box).toEqual(close([50 - reach, 50 - reach, 50 + reach, 50 + reach]));
  });

  it("is tight around an outline: a diamond becomes an upright square", () => {
    const half = 20 / Math.SQRT2;
    const [placed] = place([{ box, class: 0, segmentation: [diamond] }], EIGHTH);
    expect(placed?.box).toEqual(close([50 - half, 50 - half, 50 + half, 50 + half]));
  });

  it("is tight around a mask, to a pixel", () => {
    const [placed] = place([{ box, class: 0, segmentation: rleFromPolygon(diamond, 100, 100) }], EIGHTH);
    const half = 20 / Math.SQRT2;
    [50 - half, 50 - half, 50 + half, 50 + half].forEach((side, i) => {
      expect(Math.abs((placed?.box[i] ?? NaN) - side)).toBeLessThan(1);
    });
    const mask = placed?.segmentation;
    if (!mask || !("counts" in mask)) throw new Error("no mask");
    maskBox(mask).forEach((side, i) => {
      expect(Math.abs((placed.box[i] ?? NaN) - side)).toBeLessThan(1);
    });
  });

  it("is around the corners where an outline is empty", () => {
    const [bare] = place([{ box, class: 0 }], EIGHTH);
    for (const segmentation of [[], [[50, 50, 50, 50, 50, 50]]]) {
      expect(place([{ box, class: 0, segmentation }], EIGHTH)[0]?.box).toEqual(bare?.box);
    }
  });
});

describe("what stays", () => {
  const box: LabelledObject["box"] = [10, 10, 30, 50];

  it("is what is seen enough of", () => {
    const shown = (minVisible: number) => place([{ box, class: 0 }], scaleAndShift(1, 1, -20, 0), { minVisible });
    expect(shown(0.5)).toEqual([{ box: [0, 10, 10, 50], class: 0 }]); // half of it
    expect(shown(0.51)).toEqual([]);
  });

  it("is what is large enough", () => {
    const shown = (minSide: number) => place([{ box, class: 0 }], scaleAndShift(0.1, 0.1, 0, 0), { minSide });
    expect(shown(2)).toHaveLength(1); // 2 x 4 pixels
    expect(shown(2.1)).toEqual([]);
    const flat = place([{ box: [10, 10, 50, 30], class: 0 }], scaleAndShift(0.1, 0.1, 0, 0), { minSide: 2.1 });
    expect(flat).toEqual([]);
  });

  it("is nothing of a box without an area or off the canvas, even where everything may stay", () => {
    const all = { minVisible: 0, minSide: 0 };
    expect(place([{ box: [10, 10, 10, 20], class: 0 }], IDENTITY, all)).toEqual([]);
    expect(place([{ box: [110, 10, 130, 20], class: 0 }], IDENTITY, all)).toEqual([]);
  });

  it("keeps all that is known of the object, its area on the new scale", () => {
    const object: LabelledObject = { box, class: 3, difficult: true, area: 600, pose: "left", attributes: { age: 4 } };
    expect(place([object], scaleAndShift(-2, 0.25, 100, 0))).toEqual([
      { ...object, box: [40, 2.5, 80, 12.5], area: 300 },
    ]);
    const [half] = place([object], scaleAndShift(1, 1, -20, 0));
    expect(half).toEqual({ ...object, box: [0, 10, 10, 50], area: 300 });
  });

  it("is cut to the window of its layer", () => {
    const draw = drawOf(CANVAS);
    const layer = { ...(draw.layers[0] as Layer), window: [0, 0, 20, 100] as [number, number, number, number] };
    const [placed] = placeObjects([{ box, class: 0, segmentation: [[10, 10, 30, 10, 30, 50]] }], layer, draw, true);
    expect(placed).toBeUndefined(); // a quarter of the triangle
    const [other] = placeObjects([{ box, class: 0 }], layer, draw, true);
    expect(other).toEqual({ object: { box: [10, 10, 20, 50], class: 0 }, visible: 0.5 });
  });
});

describe("a mask", () => {
  const box: LabelledObject["box"] = [30, 30, 70, 70];

  it("moves whole, also where it reaches out of its object's box", () => {
    const larger = rleFromPolygon([20, 20, 80, 20, 80, 80, 20, 80], 100, 100);
    const [placed] = place([{ box, class: 0, segmentation: larger }], scaleAndShift(1, 1, 10, 5));
    expect(placed?.segmentation).toEqual(rleFromPolygon([30, 25, 90, 25, 90, 85, 30, 85], 100, 100));
  });

  it("that is empty, or out of the picture, is empty there, and the box counts", () => {
    const empty = encodeMask(new Uint8Array(100 * 100), 100, 100);
    const [placed] = place([{ box, class: 0, segmentation: empty }], EIGHTH);
    expect(placed?.segmentation).toEqual(empty);
    expect(placed?.box).toHaveLength(4);
    const beside = rleFromPolygon([90, 0, 100, 0, 100, 10, 90, 10], 100, 100);
    const [shifted] = place([{ box, class: 0, segmentation: beside }], scaleAndShift(1, 1, 20, 0));
    expect(shifted?.segmentation).toEqual(empty);
  });
});
