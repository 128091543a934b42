import { describe, expect, it } from "vitest";
import { area, areas, clip } from "../../src/geometry/index.ts";

describe("area", () => {
  it("is width times height", () => {
    expect(area([10, 20, 13, 24])).toBe(12);
    expect(area(Float32Array.of(-1, -1, 1, 1))).toBe(4);
  });

  it("is 0 for a line, a point and a box turned inside out", () => {
    expect(area([5, 0, 5, 9])).toBe(0);
    expect(area([5, 5, 5, 5])).toBe(0);
    expect(area([9, 9, 0, 0])).toBe(0);
    expect(area([0, 5, Infinity, 5])).toBe(0);
    expect(area([Infinity, 0, Infinity, 5])).toBe(0);
    expect(area([0, 0, Infinity, 5])).toBe(Infinity);
  });

  it("says what is wrong with a box", () => {
    expect(() => area([1, 2, NaN, 4])).toThrow(new RangeError("area: box has NaN as x2"));
    expect(() => area([1, 2, 3])).toThrow(
      new TypeError("area: box must be four numbers, [x1, y1, x2, y2], got 3 of them"),
    );
    expect(() => area(["1", 2, 3, 4] as unknown as number[])).toThrow(new TypeError("area: box has string as x1"));
  });
});

describe("areas", () => {
  it("gives one number for each box, flat or in lists", () => {
    expect(areas(Float32Array.of(0, 0, 2, 3, 1, 1, 2, 2))).toEqual(Float32Array.of(6, 1));
    expect(areas([new Float64Array([0, 0, 2, 3]), [1, 1, 2, 2]])).toEqual(Float32Array.of(6, 1));
    expect(areas([])).toEqual(new Float32Array(0));
  });

  it("says where the boxes are wrong", () => {
    expect(() => areas(new Float32Array(6))).toThrow(
      new TypeError("areas: boxes must hold 4 numbers a box, got 6 numbers"),
    );
    expect(() => areas(Float32Array.of(0, 0, 1, 1, 0, NaN, 1, 1))).toThrow(
      new RangeError("areas: boxes[1] has NaN as y1"),
    );
    expect(() =>
      areas([
        [0, 0, 1, 1],
        [0, 0, 1, NaN],
      ]),
    ).toThrow(new RangeError("areas: boxes[1] has NaN as y2"));
    expect(() => areas(7 as unknown as Float32Array)).toThrow(
      new TypeError("areas: boxes must be a flat array of numbers, or a list of [x1, y1, x2, y2], got number"),
    );
    expect(() => areas([undefined] as unknown as number[][])).toThrow(
      new TypeError("areas: boxes[0] must be four numbers, [x1, y1, x2, y2], got undefined"),
    );
  });
});

describe("clip", () => {
  it("cuts boxes to the image and leaves the input alone", () => {
    const boxes = Float32Array.of(-5, 2, 30, 40, 1, 1, 2, 2);
    expect(clip(boxes, 20, 10)).toEqual(Float32Array.of(0, 2, 20, 10, 1, 1, 2, 2));
    expect(boxes[0]).toBe(-5);
  });

  it("leaves a box beside the image without area", () => {
    expect(areas(clip([[30, 2, 40, 8]], 20, 10))).toEqual(Float32Array.of(0));
  });

  it("cuts infinite sides", () => {
    expect(clip([[-Infinity, 0, Infinity, 5]], 20, 10)).toEqual(Float32Array.of(0, 0, 20, 5));
  });

  it("refuses an image without size", () => {
    expect(() => clip([], 20, 0)).toThrow(
      new RangeError("clip: the image's width and height must be positive, got 20 x 0"),
    );
  });
});
