import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smooth } from "../../../src/geometry/index.ts";

describe("smooth", () => {
  it("weighs the neighbourhood 1 2 1 in rows and columns", () => {
    const peak = Float32Array.of(0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const rows = [
      [1, 2, 1, 0, 0],
      [2, 4, 2, 0, 0],
      [1, 2, 1, 0, 0],
      [0, 0, 0, 0, 0],
    ];
    expect([...smooth(peak, { width: 5, height: 4 }, 1)]).toEqual(rows.flat());
  });

  it("repeats the image's edge, and does it as many times as is said", () => {
    const row = { width: 3, height: 1 };
    expect([...smooth(Float32Array.of(4, 0, 0), row, 1)]).toEqual([3, 1, 0]);
    expect([...smooth(Float32Array.of(4, 0, 0), row, 2)]).toEqual([2.5, 1.25, 0.25]);
    expect([...smooth(Float32Array.of(4, 0, 0), row, 0)]).toEqual([4, 0, 0]);
  });

  it("keeps the sum, and what is even", () => {
    const values = fc.array(fc.nat(9), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(values, fc.nat(4), (numbers, times) => {
        const sum = (of: Iterable<number>) => [...of].reduce((total, value) => total + value, 0);
        const smoothed = smooth(Float32Array.from(numbers), { width: 2, height: 3 }, times);
        expect(sum(smoothed)).toBeCloseTo(sum(numbers), 4);
        expect([...smooth(new Float32Array(6).fill(0.3), { width: 3, height: 2 }, times)]).toEqual(
          new Array(6).fill(Math.fround(0.3)),
        );
      }),
    );
  });
});
