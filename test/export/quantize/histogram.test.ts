import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { bestRange, countIn, emptyHistogram, type Range } from "../../../src/export/quantize/histogram.ts";

/** The mean squared error of values that are rounded to equal steps of a range, one by one. */
function errorOf(values: Float32Array, { low, high }: Range, levels: number): number {
  const step = (high - low) / (levels - 1);
  const errors = Array.from(values, (value) => {
    const whole = Math.round((Math.min(high, Math.max(low, value)) - low) / step);
    return (low + whole * step - value) ** 2;
  });
  return errors.reduce((sum, error) => sum + error, 0) / values.length;
}

function rangeOf(values: Float32Array, levels: number): { widest: Range; best: Range } {
  const widest = { low: Math.min(0, ...values), high: Math.max(0, ...values) };
  const histogram = emptyHistogram(widest);
  countIn(histogram, values.subarray(0, 100));
  countIn(histogram, values.subarray(100));
  expect(histogram.counts.reduce((a, b) => a + b, 0)).toBe(values.length);
  return { widest, best: bestRange(histogram, levels) };
}

describe("bestRange", () => {
  it.each([
    ["normal values with a few far away", (random: Random) => (random.chance(0.002) ? 12 : random.normal()), 16],
    ["what a rectifier gives", (random: Random) => Math.max(0, random.normal(0, 2)), 16],
    ["negative ones alone", (random: Random) => -Math.abs(random.normal(1, 3)), 16],
  ])("has no larger error than a naive search over the same ends: %s", (_, draw, levels) => {
    const random = new Random(3);
    const values = Float32Array.from({ length: 4000 }, () => draw(random));
    const { widest, best } = rangeOf(values, levels);
    let least = Infinity;
    for (let s = 1; s <= 50; s++) {
      for (let t = 1; t <= 50; t++) {
        const tried = { low: (widest.low * s) / 50, high: (widest.high * t) / 50 };
        if (tried.low < tried.high) least = Math.min(least, errorOf(values, tried, levels));
      }
    }
    expect(errorOf(values, best, levels)).toBeLessThan(1.05 * least); // within a step, errors are taken as uniform
    expect(errorOf(values, best, levels)).toBeLessThan(0.9 * errorOf(values, widest, levels));
  });

  it("keeps the whole range where nothing is gained by less", () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => i / 999);
    expect(rangeOf(values, 256).best).toEqual({ low: 0, high: 1 });
  });

  it("has a range for zeros alone, and for none", () => {
    expect(rangeOf(new Float32Array(5), 256).best).toEqual({ low: 0, high: 0 });
    expect(rangeOf(new Float32Array(0), 256).best).toEqual({ low: 0, high: 0 });
  });
});
