import fc from "fast-check";
import { expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { expectedCalibrationError, reliability } from "../../src/metrics/calibration.ts";

test("each bin has the mean score and the share of hits of the scores within it", () => {
  expect(reliability([0.1, 0.3, 0.6, 0.9, 0.75], [0, 1, 1, 1, 0], 2)).toEqual([
    { from: 0, to: 0.5, count: 2, meanScore: 0.2, accuracy: 0.5 },
    { from: 0.5, to: 1, count: 3, meanScore: 0.75, accuracy: 2 / 3 },
  ]);
});

test("a score on a border is in the lower bin, 0 in the first, 1 in the last", () => {
  const counts = (scores: number[], bins: number) =>
    reliability(scores, Array<boolean>(scores.length).fill(true), bins).map(({ count }) => count);
  expect(counts([0, 0.25, 0.5, 0.75, 1], 4)).toEqual([2, 1, 1, 1]);
  // As doubles, 0.07 * 100 is above 7, and the next double after 1/3 makes 1 when multiplied by 3.
  expect(counts([0.07], 100).indexOf(1)).toBe(6);
  expect(counts([0.33333333333333337], 3)).toEqual([0, 1, 0]);
});

test("every score lies within the borders of the one bin that counts it", () => {
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.tuple(fc.nat(100), fc.integer({ min: 100, max: 200 })).map(([a, b]) => a / b),
  );
  fc.assert(
    fc.property(score, fc.integer({ min: 1, max: 200 }), (score, bins) => {
      const hit = reliability([score], [1], bins).filter(({ count }) => count === 1);
      expect(hit).toHaveLength(1);
      const [{ from, to } = { from: NaN, to: NaN }] = hit;
      expect(score <= to && (score > from || score === 0)).toBe(true);
    }),
  );
});

test("an empty bin has no mean and no accuracy", () => {
  expect(reliability([0.9], [true], 2)[0]).toEqual({ from: 0, to: 0.5, count: 0, meanScore: NaN, accuracy: NaN });
});

test("the expected calibration error weighs each bin's gap by its count", () => {
  // (2 * |0.5 - 0.2| + 3 * |2/3 - 0.75|) / 5 = (0.6 + 0.25) / 5
  const bins = reliability(Float64Array.of(0.1, 0.3, 0.6, 0.9, 0.75), Uint8Array.of(0, 1, 1, 1, 0), 2);
  expect(expectedCalibrationError(bins)).toBeCloseTo(0.17, 15);
});

test("empty bins do not touch the error, and without predictions there is none", () => {
  expect(expectedCalibrationError(reliability([1, 1, 0], [1, 1, 0], 10))).toBe(0);
  expect(expectedCalibrationError(reliability([], [], 10))).toBeNaN();
});

test.each([
  [[0.5], [1, 0], 10, "reliability: 1 scores but 2 hits; give one hit for each score"],
  [[0.5, NaN], [1, 0], 10, "reliability: score 1 must lie in 0..1, got NaN"],
  [[1.01], [1], 10, "reliability: score 0 must lie in 0..1, got 1.01"],
  [[0.5], [2], 10, "reliability: hit 0 must be 0 or 1, true or false, got 2"],
  [[0.5], [1], 0, "reliability: the number of bins must be a positive integer, got 0"],
  [[0.5], [1], 2.5, "reliability: the number of bins must be a positive integer, got 2.5"],
])("scores %j with hits %j in %d bins are refused", (scores, hits, bins, message) => {
  expect(() => reliability(scores, hits, bins)).toThrow(new AnchorkitError(message));
});
