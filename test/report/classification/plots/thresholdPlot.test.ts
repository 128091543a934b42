import fc from "fast-check";
import { expect, test } from "vitest";
import { thresholdPoints } from "../../../../src/report/classification/plots/thresholdPlot.ts";

const answer = fc.record({
  there: fc.boolean(),
  // Also such as lie on a threshold.
  probability: fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(100).map((n) => n / 100),
  ),
});

test("each threshold counts what reaches it, as counting one by one does", () => {
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 30 }), (answers) => {
      const there = answers.filter((one) => one.there).length;
      const points = thresholdPoints(answers);
      expect(points).toHaveLength(there === 0 ? 0 : 99);
      for (const { threshold, precision, recall, f1 } of points) {
        const named = answers.filter(({ probability }) => probability >= threshold);
        const right = named.filter((one) => one.there).length;
        expect([precision, recall]).toEqual([right / named.length, right / there]);
        expect(f1).toBeCloseTo((2 * right) / (named.length + there), 12);
      }
    }),
    { numRuns: 60 },
  );
});
