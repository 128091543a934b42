import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  area,
  ciou,
  diou,
  giou,
  iou,
  pairwiseCiou,
  pairwiseDiou,
  pairwiseGiou,
  pairwiseIou,
} from "../../src/geometry/index.ts";

interface Tensor {
  shape: number[];
  data: number[];
}
interface Oracle {
  cases: { name: string; input: { a: Tensor; b: Tensor }; expected: Tensor }[];
}
const oracle = JSON.parse(
  readFileSync(new URL("../fixtures/oracles/overlaps.json", import.meta.url), "utf8"),
) as Oracle;

const measures = [
  { name: "iou", one: iou, all: pairwiseIou },
  { name: "giou", one: giou, all: pairwiseGiou },
  { name: "diou", one: diou, all: pairwiseDiou },
  { name: "ciou", one: ciou, all: pairwiseCiou },
];

// Small whole numbers make boxes that touch, nest, coincide and have no area; the others are the extremes.
const coordinate = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1e9, 1e9, 1e18, 1e160, -1e300, 1e-170, Infinity, -Infinity) },
);
const anyBox = fc
  .tuple(coordinate, coordinate, coordinate, coordinate)
  .map(([a, b, c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);

/** The edges of what numbers can be, where sums overflow, products vanish and differences are no number. */
const extreme = fc.oneof(
  fc.constantFrom(0, -0, 1, 2, 3, Infinity, -Infinity, 1e308, -1e308, 1.7e308, -1.7e308, Number.MAX_VALUE),
  fc.constantFrom(1e154, 1e155, -1e155, 1e-154, 1e-162, -1e-162, 2e-162, 3e-162, 5e-324, -5e-324, 1e-323),
  fc.double({ noNaN: true }),
);

describe.each(measures)("$name", ({ name, one, all }) => {
  it("equals torchvision's matrix", () => {
    const found = oracle.cases.find((c) => c.name === name);
    if (!found) throw new Error(`no case ${name}`);
    const { a, b } = found.input;
    const values = all(Float32Array.from(a.data), Float32Array.from(b.data));
    expect(values.length).toBe(35);
    values.forEach((value, k) => {
      expect(Math.abs(value - (found.expected.data[k] ?? NaN)), `element ${k}`).toBeLessThan(1e-5);
    });
  });

  it("is 1 for a box and itself, in any array", () => {
    expect(one([3, 4, 10, 9], [3, 4, 10, 9])).toBe(1);
    expect(one(Float32Array.of(3, 4, 10, 9), new Float64Array([3, 4, 10, 9]))).toBe(1);
  });

  it("has pairs in row-major order, each equal to the pair alone", () => {
    const a = [
      [0, 0, 10, 10],
      [5, 5, 25, 15],
    ];
    const b = [
      [0, 0, 10, 10],
      [2, 0, 9, 30],
      [40, 40, 50, 45],
    ];
    const expected = a.flatMap((x) => b.map((y) => Math.fround(one(x, y))));
    expect([...all(a, b)]).toEqual(expected);
    expect([...all(Float32Array.from(a.flat()), new Float64Array(b.flat()))]).toEqual(expected);
    expect(all(a, [])).toEqual(new Float32Array(0));
    expect(all([], b)).toEqual(new Float32Array(0));
  });

  it("is symmetric, at most 1 and never NaN", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        const value = one(a, b);
        expect(value).toBeCloseTo(one(b, a), 12);
        expect(value).toBeLessThanOrEqual(1);
        expect(value).toBeGreaterThanOrEqual(name === "iou" ? 0 : name === "ciou" ? -2 : -1);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it("is in its range for any four numbers each, alone and in a matrix", () => {
    const lowest = { iou: 0, giou: -1, diou: -1, ciou: -1.5 }[name] ?? NaN;
    const boxes = fc.array(fc.tuple(extreme, extreme, extreme, extreme), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        const values = all(a, b);
        const pairs = a.flatMap((box) => b.map((other) => [box, other] as const));
        const wrong = pairs.filter(([box, other], k) => {
          const value = one(box, other);
          const infinite = [...box, ...other].some((number) => Math.abs(number) === Infinity);
          const inRange = infinite ? value === (name === "iou" ? 0 : -1) : value >= lowest && value <= 1;
          const alike = Math.abs(value - one(other, box)) < 1e-12 && values[k] === Math.fround(value);
          return !(inRange && alike);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 1500, seed: 2 },
    );
  });

  it("is 0 or -1 where a side is infinite or the area overflows", () => {
    const expected = name === "iou" ? 0 : -1;
    expect(one([0, 0, Infinity, 10], [0, 0, 5, 5])).toBe(expected);
    expect(one([-Infinity, 0, Infinity, 10], [-Infinity, 0, Infinity, 10])).toBe(expected);
    expect(one([0, 0, 1e200, 1e200], [0, 0, 1e200, 1e200])).toBe(expected);
  });

  it("says which box is wrong", () => {
    expect(() => one([0, 0, 1, 1], [0, NaN, 1, 1])).toThrow(new RangeError(`${name}: b has NaN as y1`));
    const matrix = `pairwise${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    expect(() => all([[0, 0, 1, 1]], Float32Array.of(0, 0, 1, 1, NaN, 0, 1, 1))).toThrow(
      new RangeError(`${matrix}: b[1] has NaN as x1`),
    );
    expect(() => all(new Float32Array(5), [])).toThrow(
      new TypeError(`${matrix}: a must hold 4 numbers a box, got 5 numbers`),
    );
  });
});

describe("values worked by hand", () => {
  it("at the ends of what numbers can be", () => {
    const far = [1e308, 0, 1e308, 1]; // whose x1 + x2 overflows
    expect([giou(far, far), diou(far, far), ciou(far, far)]).toEqual([0, 0, 0]);
    const corner = [Infinity, Infinity, Infinity, Infinity];
    expect([iou(corner, corner), giou(corner, corner), diou(corner, corner), ciou(corner, corner)]).toEqual([
      0, -1, -1, -1,
    ]);
    expect(giou([0, 0, Infinity, 0], [0, 0, Infinity, 0])).toBe(-1);
    expect(ciou([0, 0, 1, 1000], [1e20, 1e20, 1e20 + 2 ** 20, 1e20])).toBeCloseTo(-1.5, 2); // as far and unlike as can be
  });

  const a = [0, 0, 4, 4]; // area 16, centre 2, 2
  const b = [2, 2, 6, 4]; // area 8, centre 4, 3; shares 2 x 2 with a; the box around both is 6 x 4

  it("iou: 4 shared of 20", () => {
    expect(iou(a, b)).toBeCloseTo(0.2, 12);
  });

  it("giou: minus the 4 of 24 that neither covers", () => {
    expect(giou(a, b)).toBeCloseTo(0.2 - 4 / 24, 12);
  });

  it("diou: minus 2² + 1² of 6² + 4²", () => {
    expect(diou(a, b)).toBeCloseTo(0.2 - 5 / 52, 12);
  });

  it("ciou: minus v² / (1 - IoU + v)", () => {
    const v = ((2 / Math.PI) * (Math.PI / 4 - Math.atan(2))) ** 2;
    expect(ciou(a, b)).toBeCloseTo(0.2 - 5 / 52 - v ** 2 / (0.8 + v), 12);
  });

  it("boxes that only touch share nothing", () => {
    expect(iou([0, 0, 4, 4], [4, 0, 8, 4])).toBe(0);
    expect(giou([0, 0, 4, 4], [4, 0, 8, 4])).toBe(0);
    expect(giou([0, 0, 1, 1], [3, 0, 4, 1])).toBe(-0.5);
  });

  it("a box without area overlaps nothing, not even itself", () => {
    for (const { one } of measures) expect(one([3, 3, 3, 3], [3, 3, 3, 3])).toBe(0);
    expect(iou([3, 0, 3, 9], [0, 0, 9, 9])).toBe(0);
  });
});

describe("iou", () => {
  it("counts the unit squares of whole-numbered boxes", () => {
    const side = fc.integer({ min: 0, max: 6 });
    const box = fc.tuple(side, side, side, side);
    fc.assert(
      fc.property(box, box, (a, b) => {
        let shared = 0;
        for (let x = 0; x < 6; x++) for (let y = 0; y < 6; y++) if (covers(a, x, y) && covers(b, x, y)) shared++;
        const union = area(a) + area(b) - shared;
        expect(iou(a, b)).toBeCloseTo(union === 0 ? 0 : shared / union, 12);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  it("does not change when both boxes move and grow together", () => {
    expect(iou([1e9, 1e9, 1e9 + 4, 1e9 + 4], [1e9 + 2, 1e9 + 2, 1e9 + 6, 1e9 + 4])).toBeCloseTo(0.2, 12);
    expect(iou([0, 0, 4e18, 4e18], [2e18, 2e18, 6e18, 4e18])).toBeCloseTo(0.2, 12);
  });
});

function covers(box: readonly number[], x: number, y: number): boolean {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  return x >= x1 && x < x2 && y >= y1 && y < y2;
}
