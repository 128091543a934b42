import fc from "fast-check";
import { expect, test } from "vitest";
import { thresholdCounts } from "../../../src/metrics/classification/thresholdCounts.ts";

test("examples that tie are called positive together", () => {
  expect(thresholdCounts([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1])).toEqual([
    { threshold: 0.9, truePositives: 1, falsePositives: 0 },
    { threshold: 0.5, truePositives: 2, falsePositives: 1 },
    { threshold: 0.1, truePositives: 2, falsePositives: 2 },
  ]);
});

test("without negatives only positives are counted", () => {
  expect(thresholdCounts([true, true], [2, -3])).toEqual([
    { threshold: 2, truePositives: 1, falsePositives: 0 },
    { threshold: -3, truePositives: 2, falsePositives: 0 },
  ]);
});

test("the merged count equals counting again at each threshold", () => {
  const example = fc.record({ positive: fc.boolean(), score: fc.integer({ min: -5, max: 5 }) });
  fc.assert(
    fc.property(fc.array(example, { minLength: 1, maxLength: 40 }), (examples) => {
      const thresholds = [...new Set(examples.map(({ score }) => score))].sort((a, b) => b - a);
      const counted = (threshold: number, wanted: boolean) =>
        examples.filter(({ positive, score }) => score >= threshold && positive === wanted).length;
      const naive = thresholds.map((threshold) => ({
        threshold,
        truePositives: counted(threshold, true),
        falsePositives: counted(threshold, false),
      }));
      const positives = examples.map(({ positive }) => positive);
      const scores = examples.map(({ score }) => score);
      expect(thresholdCounts(positives, scores)).toEqual(naive);
    }),
  );
});
