import { expect, test } from "vitest";
import { centredInterval, percentileInterval } from "../../src/metrics/estimate.ts";

test("the interval leaves as many resampled values below it as above it", () => {
  const resampled = Float64Array.from({ length: 101 }, (_, i) => (100 - i) / 100);
  const { value, low, high, standardError } = percentileInterval(0.4, resampled, 0.9);
  expect(value).toBe(0.4);
  expect(low).toBeCloseTo(0.05, 12);
  expect(high).toBeCloseTo(0.95, 12);
  expect(standardError).toBeCloseTo(Math.sqrt((101 * 102) / 12) / 100, 12); // of the numbers 0 ... 100
});

test("between two resampled values it is interpolated", () => {
  const { low, high, standardError } = percentileInterval(0.5, Float64Array.of(1, 0), 0.5);
  expect([low, high]).toEqual([0.25, 0.75]);
  expect(standardError).toBeCloseTo(Math.SQRT1_2, 12);
});

test("resamples without the number are left out", () => {
  const some = percentileInterval(0.5, Float64Array.of(NaN, 0.2, NaN, 0.6), 0.8);
  expect(some).toEqual(percentileInterval(0.5, Float64Array.of(0.2, 0.6), 0.8));
  expect(centredInterval(0.4, Float64Array.of(NaN, 0.2, 0.6), 0.8)).toEqual(
    percentileInterval(0.4, Float64Array.of(0.2, 0.6), 0.8),
  );
  const none = percentileInterval(NaN, Float64Array.of(NaN, NaN), 0.95);
  expect(none).toEqual({ value: NaN, low: NaN, high: NaN, standardError: NaN });
});

test("a centred interval keeps its width and lies about the value, though all resampled values are higher", () => {
  const { low, high } = centredInterval(0.3, Float64Array.of(0.4, 0.5, 0.6), 0.5);
  expect(low).toBeCloseTo(0.25, 12);
  expect(high).toBeCloseTo(0.35, 12);
});

test("a centred interval stays within 0..1", () => {
  expect(centredInterval(0.9, Float64Array.of(0.5, 0.6, 1), 0.99).high).toBe(1);
  expect(centredInterval(0.1, Float64Array.of(0, 0.4, 0.5), 0.99).low).toBe(0);
});
