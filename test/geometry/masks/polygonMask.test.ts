import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  maskArea,
  maskBox,
  rleFromBox,
  rleFromPolygon,
  rleFromPolygons,
  rleToString,
} from "../../../src/geometry/index.ts";
import { drawn, oracle } from "./rleCases.ts";

const coordinate = fc.oneof(
  fc.integer({ min: -3, max: 15 }),
  fc.double({ min: -30, max: 40, noNaN: true }),
  fc.constantFrom(-1e6, 1e6, 1e-300, -0),
);
const corner = fc.tuple(coordinate, coordinate);
const anyPolygon = fc.array(corner, { minLength: 3, maxLength: 8 }).map((corners) => corners.flat());

describe("rleFromPolygon", () => {
  it("fills a rectangle of whole pixels, whichever way round", () => {
    const rectangle = drawn(".....", ".###.", ".###.", ".....");
    expect(rleFromPolygon([1, 1, 1, 3, 4, 3, 4, 1], 4, 5)).toEqual(rectangle);
    expect(rleFromPolygon([4, 1, 4, 3, 1, 3, 1, 1], 4, 5)).toEqual(rectangle);
  });

  it("takes a pixel in when its middle is", () => {
    const at = (x: number) => maskBox(rleFromPolygon([x, 0, x, 4, 4, 4, 4, 0], 4, 4))[0];
    expect([0, 0.4, 0.49, 0.5, 1, 1.4, 1.5].map(at)).toEqual([0, 0, 0, 1, 1, 1, 2]);
  });

  it("leaves a pixel out that two parts of the outline go round (even-odd)", () => {
    const twice = [0, 0, 0, 4, 4, 4, 4, 0, 0, 0, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1];
    expect(rleFromPolygon(twice, 4, 4)).toEqual(drawn("####", "#..#", "#..#", "####"));
  });

  it("cuts off what lies outside the image", () => {
    expect(rleFromPolygon([-9, -9, -9, 2, 2, 2, 2, -9], 3, 3)).toEqual(drawn("##.", "##.", "..."));
    expect(maskArea(rleFromPolygon([-9, -9, -9, 9, 9, 9, 9, -9], 3, 3))).toBe(9);
    expect([...rleFromPolygon([5, 5, 5, 9, 9, 9, 9, 5], 3, 3).counts]).toEqual([9]);
  });

  it("has no pixels for a point or a line", () => {
    expect([...rleFromPolygon([1, 1, 1, 1, 1, 1], 3, 3).counts]).toEqual([9]);
    expect([...rleFromPolygon([0, 0, 2.5, 1, 0, 0], 3, 3).counts]).toEqual([9]);
  });

  it("does not depend on where the corners begin nor on their direction", () => {
    fc.assert(
      fc.property(anyPolygon, fc.nat(7), (polygon, turn) => {
        const expected = rleFromPolygon(polygon, 9, 11);
        const from = (2 * turn) % polygon.length;
        expect(rleFromPolygon([...polygon.slice(from), ...polygon.slice(0, from)], 9, 11)).toEqual(expected);
        const back = polygon.map((_, i) => polygon[polygon.length - 2 - i + 2 * (i % 2)] ?? NaN);
        expect(rleFromPolygon(back, 9, 11)).toEqual(expected);
        expect(expected.counts.reduce((sum, count) => sum + count, 0)).toBe(99);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("gives a large polygon about its area", () => {
    const angles = Array.from({ length: 200 }, (_, i) => (2 * Math.PI * i) / 200);
    const circle = angles.flatMap((angle) => [200 + 150 * Math.cos(angle), 200 + 150 * Math.sin(angle)]);
    expect(Math.abs(maskArea(rleFromPolygon(circle, 400, 400)) / (Math.PI * 150 ** 2) - 1)).toBeLessThan(0.002);
  });

  it.each([
    [[1, 2, 3, 4, 5], TypeError, "a polygon must be a flat list of x and y of at least 3 corners, got 5 numbers"],
    [[1, 2, 3, 4, 5, 6, 7], TypeError, "a polygon must be a flat list of x and y of at least 3 corners, got 7 numbers"],
    [[1, 2, 3, 4], TypeError, "a polygon must be a flat list of x and y of at least 3 corners, got 4 numbers"],
    [undefined, TypeError, "a polygon must be a flat list of x and y of at least 3 corners, got undefined"],
    [{ length: 1e12 }, TypeError, "a polygon must be a flat list of x and y of at least 3 corners, got object"],
    [[0, 0, 0, NaN, 1, 1], RangeError, "number 3 of the polygon must be from -1e6 to 1e6, got NaN"],
    [[0, 0, Infinity, 0, 1, 1], RangeError, "number 2 of the polygon must be from -1e6 to 1e6, got Infinity"],
    [[0, 0, 0, 0, 1, 1e7], RangeError, "number 5 of the polygon must be from -1e6 to 1e6, got 10000000"],
    [["0", 0, 0, 0, 1, 1], RangeError, "number 0 of the polygon must be from -1e6 to 1e6, got string"],
  ])("says what is wrong with %j", (polygon, Kind, message) => {
    expect(() => rleFromPolygon(polygon as number[], 9, 9)).toThrow(new Kind(`rleFromPolygon: ${message}`));
  });

  it("says when the outline would have more crossings than a mask can have runs", () => {
    const polygon = Array.from({ length: 300 }, () => [0, 0, 1e6, 0]).flat();
    expect(() => rleFromPolygon(polygon, 1, 1e6)).toThrow(
      new RangeError("rleFromPolygon: the outline crosses the image's columns too often"),
    );
  });
});

describe("rleFromPolygons", () => {
  it("is the union of its parts", () => {
    const left = [0, 0, 0, 2, 3, 2, 3, 0];
    const right = [2, 1, 2, 3, 4, 3, 4, 1];
    expect(rleFromPolygons([left, right], 3, 4)).toEqual(drawn("###.", "####", "..##"));
  });

  it("equals pycocotools, each part and the whole", () => {
    for (const { height, width, polygons, parts, counts, area, box } of oracle.polygons) {
      expect(polygons.map((polygon) => rleToString(rleFromPolygon(polygon, height, width)))).toEqual(parts);
      const rle = rleFromPolygons(polygons, height, width);
      expect(rleToString(rle)).toBe(counts);
      expect(maskArea(rle)).toBe(area);
      expect(maskBox(rle)).toEqual(box);
    }
  });

  it("says what is wrong", () => {
    const none = new RangeError("rleFromPolygons: there must be a list of at least one polygon");
    expect(() => rleFromPolygons([], 9, 9)).toThrow(none);
    expect(() => rleFromPolygons({} as number[][], 9, 9)).toThrow(none);
    expect(() =>
      rleFromPolygons(
        [
          [0, 0, 0, 1, 1, 1],
          [NaN, 0, 0, 1, 1, 1],
        ],
        9,
        9,
      ),
    ).toThrow(
      new RangeError("rleFromPolygons: polygons[1]: number 0 of the polygon must be from -1e6 to 1e6, got NaN"),
    );
  });
});

describe("rleFromBox", () => {
  it("fills the pixels of a box", () => {
    expect(rleFromBox([1, 0, 3, 2], 3, 4)).toEqual(drawn(".##.", ".##.", "...."));
  });

  it("equals pycocotools", () => {
    for (const { height, width, corners, counts, area } of oracle.boxes) {
      const rle = rleFromBox(corners, height, width);
      expect(rleToString(rle)).toBe(counts);
      expect(maskArea(rle)).toBe(area);
    }
  });

  it("says what is wrong", () => {
    expect(() => rleFromBox([0, 0, NaN, 1], 9, 9)).toThrow(new RangeError("rleFromBox: box has NaN as x2"));
    expect(() => rleFromBox([0, 0, 1], 9, 9)).toThrow(TypeError);
    expect(() => rleFromBox([0, 0, 1, 1], 9, -9)).toThrow(
      new RangeError("rleFromBox: width must be a whole number of pixels from 1, got -9"),
    );
  });
});
