import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecision } from "../../../../src/metrics/detection/coco/averagePrecision.ts";
import { FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "../../../../src/metrics/detection/coco/matching.ts";
import { falsePositiveCosts, missCost } from "../../../../src/metrics/detection/tide/tideCosts.ts";

const [hit, miss, ignored] = [TRUE_POSITIVE, FALSE_POSITIVE, IGNORED];

test("a false positive costs what average precision gains without it", () => {
  // Precision 1/2 at the only find; 1 without the first. The one below it costs nothing.
  const costs = falsePositiveCosts({ outcomes: Uint8Array.of(ignored, miss, hit, miss), positives: 1 });
  expect(Array.from(costs)).toEqual([0, expect.closeTo(1 / 2, 12), 0, 0]);
});

test("the costs are those of leaving out each false positive in turn, and of a find before all others", () => {
  const outcome = fc.constantFrom(hit, miss, miss, ignored);
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 40 }), fc.nat(5), (list, unfound) => {
      const outcomes = Uint8Array.from(list);
      const positives = list.filter((one) => one === hit).length + unfound;
      const before = averagePrecision(outcomes, positives);
      const expected = list.map((one, i) =>
        one === miss && positives > 0 ? averagePrecision(Uint8Array.from(list.toSpliced(i, 1)), positives) - before : 0,
      );
      falsePositiveCosts({ outcomes, positives }).forEach((cost, i) => {
        expect(cost).toBeCloseTo(expected[i] ?? NaN, 12);
      });
      if (unfound > 0) {
        const gained = averagePrecision(Uint8Array.from([hit, ...list]), positives) - before;
        expect(missCost({ outcomes, positives })).toBeCloseTo(gained, 12);
      }
    }),
    { seed: 12, numRuns: 200 },
  );
});
