import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestOf,
  finalistsOf,
  neededSeconds,
  nextTraining,
  type Plan,
  planHalving,
  type PlanOptions,
  type Result,
  trainingsOf,
} from "../../../src/training/tune/halving.ts";
import { standingOf } from "../../../src/training/tune/standing.ts";

/** Runs a plan: the score of each training by `score`. */
function played(plan: Plan, score: (sample: number, rung: number, again: boolean) => number | null): Result[] {
  const results: Result[] = [];
  for (let next = nextTraining(plan, results); next; next = nextTraining(plan, results)) {
    const { sample, rung, again } = next;
    results.push({ sample, rung, again, score: score(sample, rung, again) });
  }
  return results;
}

const secondsOf = ({ rungs }: Plan): number =>
  rungs.reduce((sum, { trials, seconds }) => sum + trials * seconds, 2 * (rungs.at(-1)?.seconds ?? 0));

describe("the plan of successive halving", () => {
  it("of sixteen minutes and half a minute at least is 8, 4, 2, and 2 again", () => {
    const plan = planHalving({ seconds: 960, shortest: 30, closing: 0, most: 100 });
    expect(plan?.rungs).toEqual([
      { trials: 8, seconds: 30 },
      { trials: 4, seconds: 60 },
      { trials: 2, seconds: 120 },
    ]);
  });

  it("has fewer samples and longer trainings where the space is small", () => {
    const plan = planHalving({ seconds: 960, shortest: 30, closing: 0, most: 3 });
    expect(plan?.rungs).toEqual([{ trials: 3, seconds: 192 }]);
  });

  it("needs time for two samples, each trained twice", () => {
    const least = neededSeconds({ shortest: 30, closing: 2 });
    expect(least).toBe(128);
    expect(planHalving({ seconds: least, shortest: 30, closing: 2, most: 9 })?.rungs).toEqual([
      { trials: 2, seconds: 30 },
    ]);
    expect(planHalving({ seconds: least - 0.1, shortest: 30, closing: 2, most: 9 })).toBeUndefined();
    expect(planHalving({ seconds: 1000, shortest: 30, closing: 2, most: 1 })).toBeUndefined();
  });

  it("uses the time, keeps within it, halves, and never trains shorter than is useful", () => {
    const options: fc.Arbitrary<PlanOptions> = fc.record({
      seconds: fc.double({ min: 1, max: 1e5, noNaN: true }),
      shortest: fc.double({ min: 0.5, max: 300, noNaN: true }),
      closing: fc.double({ min: 0, max: 10, noNaN: true }),
      most: fc.integer({ min: 2, max: 100 }),
    });
    fc.assert(
      fc.property(options, (given) => {
        const plan = planHalving(given);
        expect(plan === undefined).toBe(neededSeconds(given) > given.seconds + 1e-9);
        if (!plan) return;
        const all = secondsOf(plan) + trainingsOf(plan) * given.closing;
        expect(all).toBeLessThanOrEqual(given.seconds * (1 + 1e-9));
        expect(all).toBeGreaterThan(given.seconds * (1 - 1e-9));
        const [first] = plan.rungs;
        expect(first?.seconds).toBeGreaterThanOrEqual(given.shortest);
        expect(first?.trials).toBeLessThanOrEqual(given.most);
        for (const [i, { trials, seconds }] of plan.rungs.entries()) {
          expect(trials).toBe(Math.floor((first?.trials ?? 0) / 2 ** i));
          expect(seconds).toBeCloseTo((first?.seconds ?? 0) * 2 ** i, 6);
        }
        expect([2, 3]).toContain(plan.rungs.at(-1)?.trials);
        expect(played(plan, (sample) => sample)).toHaveLength(trainingsOf(plan));
      }),
      { numRuns: 300 },
    );
  });
});

const PLAN: Plan = {
  rungs: [
    { trials: 5, seconds: 10 },
    { trials: 2, seconds: 20 },
  ],
};

describe("the next training", () => {
  it("is each sample's, then those that did best, then the finalists' again", () => {
    const scores = [0.1, 0.5, 0.3, 0.9, 0.2];
    const order = played(PLAN, (sample) => scores[sample] ?? 0).map(({ sample, rung, again }) => [sample, rung, again]);
    expect(order).toEqual([
      ...[0, 1, 2, 3, 4].map((sample) => [sample, 0, false]),
      ...[3, 1].map((sample) => [sample, 1, false]),
      ...[3, 1].map((sample) => [sample, 1, true]),
    ]);
  });

  it("of samples that did as well as each other is the earlier one's", () => {
    const results = played(PLAN, () => 0.5);
    expect(results.slice(5).map(({ sample }) => sample)).toEqual([0, 1, 0, 1]);
  });

  it("passes by what failed, and goes on with fewer", () => {
    const results = played(PLAN, (sample) => (sample === 3 ? 0.2 : null));
    expect(results.slice(5)).toEqual([
      { sample: 3, rung: 1, again: false, score: 0.2 },
      { sample: 3, rung: 1, again: true, score: 0.2 },
    ]);
    expect(played(PLAN, () => null)).toHaveLength(5);
  });

  it("promotes the best of each round, whatever the scores are", () => {
    const run = fc.record({
      seconds: fc.double({ min: 200, max: 5000, noNaN: true }),
      scores: fc.array(fc.option(fc.integer({ min: 0, max: 5 })), { minLength: 40, maxLength: 40 }),
    });
    fc.assert(
      fc.property(run, ({ seconds, scores }) => {
        const plan = planHalving({ seconds, shortest: 20, closing: 1, most: 40 });
        if (!plan) throw new Error("no plan");
        const results = played(plan, (sample, rung) => scores[(sample + 7 * rung) % 40] ?? null);
        for (const [rung, { trials }] of plan.rungs.entries()) {
          const trained = results.filter((one) => one.rung === rung && !one.again).map(({ sample }) => sample);
          if (rung === 0) continue;
          expect(trained).toEqual(bestOf(results, rung - 1, trials));
          const left = results.filter((one) => one.rung === rung - 1 && !one.again && !trained.includes(one.sample));
          const least = Math.min(
            ...trained.map((sample) => results.find((r) => r.sample === sample && r.rung === rung - 1)?.score ?? -1),
          );
          if (trained.length === trials) for (const { score } of left) expect(score ?? -1).toBeLessThanOrEqual(least);
        }
        const again = results.filter((one) => one.again).map(({ sample }) => sample);
        expect(again).toEqual(finalistsOf(plan, results));
      }),
      { numRuns: 100 },
    );
  });
});

describe("what a search has shown", () => {
  const standing = (scores: Record<string, [number | null, number | null]>) =>
    standingOf(
      PLAN,
      played(PLAN, (sample, rung, again) => {
        const [first, second] = scores[sample] ?? [0.1, null];
        return rung === 1 && again ? second : first;
      }),
    );

  it("is a better one only where the difference exceeds what the seeds make", () => {
    expect(standing({ 3: [0.9, 0.88], 1: [0.8, 0.83] })).toMatchObject({ best: 3, verdict: "better" });
    const same = standing({ 3: [0.9, 0.8], 1: [0.82, 0.8] });
    expect(same).toMatchObject({ best: 3, verdict: "same" });
    expect(same.finalists.map(({ mean, spread }) => [mean, spread])).toEqual([
      [expect.closeTo(0.85), expect.closeTo(0.1)],
      [expect.closeTo(0.81), expect.closeTo(0.02)],
    ]);
    expect(standing({ 3: [0.9, 0.7], 1: [0.85, 0.84] })).toMatchObject({ best: 1, verdict: "same" });
    expect(standing({ 3: [0.5, 0.5], 1: [0.5, 0.5] })).toMatchObject({ best: 1, verdict: "same" });
  });

  it("is no comparison where only one has two scores, and that one stands first", () => {
    expect(standing({ 3: [0.9, null], 1: [0.8, 0.7] })).toMatchObject({ best: 1, verdict: "alone" });
    const alone = standingOf(
      PLAN,
      played(PLAN, (sample) => (sample === 4 ? 0.3 : null)),
    );
    expect(alone).toMatchObject({ best: 4, verdict: "alone", finalists: [{ scores: [0.3, 0.3] }] });
  });

  it("falls back on the round before where all of the last failed, and is nothing where all failed", () => {
    const last = standingOf(
      PLAN,
      played(PLAN, (sample, rung) => (rung === 1 ? null : sample)),
    );
    expect(last).toEqual({ finalists: [], best: 4, verdict: "alone" });
    expect(
      standingOf(
        PLAN,
        played(PLAN, () => null),
      ).best,
    ).toBeUndefined();
  });
});
