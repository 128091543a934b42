import { describe, expect, it } from "vitest";
import { mean, median, quantile, sum } from "../../src/base/statistics.ts";

describe("statistics", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[100, 20, 3], 20], // by value, not by digits
    [[], NaN],
  ])("has a median: %j", (values, expected) => {
    const given = [...values];
    expect(median(values)).toBe(expected);
    expect(values).toEqual(given);
  });

  it("has sums and means", () => {
    expect(sum(Int32Array.of(4, -1, 2))).toBe(5);
    expect(mean([4, -1, 3])).toBe(2);
    expect(sum([])).toBe(0);
    expect(mean([])).toBeNaN();
    expect(mean([1, NaN])).toBeNaN();
  });

  it("has quantiles, between neighbours in proportion", () => {
    const sorted = Float64Array.of(1, 2, 4, 8, 16);
    expect([0, 0.25, 0.6, 1].map((share) => quantile(sorted, share))).toEqual([
      1,
      2,
      expect.closeTo(5.6, 12), // place 2.4
      16,
    ]);
    expect(quantile(new Float64Array(), 0.5)).toBeNaN();
  });
});
