import { mean } from "../../base/statistics.ts";
import { bestOf, finalistsOf, type Plan, type Result } from "./halving.ts";

/** A sample that came to the end of the search. */
export interface Finalist {
  sample: number;
  /** Of its trainings, which differ in the seed alone; one where the second failed. */
  scores: number[];
  mean: number;
  /** The largest score minus the smallest; NaN of one. */
  spread: number;
}

/** What a search has shown. */
export interface Standing {
  /** The best first. */
  finalists: Finalist[];
  /** The sample to take: the first finalist, or the best that there was where the whole last round failed. */
  best: number | undefined;
  /**
   * `better`: the best one's mean exceeds the other's by more than either spread. `same`: it does not, so that two seeds
   * could not show a difference. `alone`: there is no other with two scores to compare with.
   */
  verdict: "better" | "same" | "alone";
}

/** Compares the finalists. A finalist whose second training failed stands behind one with two scores. */
export function standingOf(plan: Plan, results: readonly Result[]): Standing {
  const last = plan.rungs.length - 1;
  const finalists = finalistsOf(plan, results).map((sample): Finalist => {
    const own = results.filter((one) => one.sample === sample && one.rung === last);
    const scores = own.flatMap(({ score }) => (score === null ? [] : [score]));
    const spread = scores.length < 2 ? NaN : Math.max(...scores) - Math.min(...scores);
    return { sample, scores, mean: mean(scores), spread };
  });
  finalists.sort((a, b) => b.scores.length - a.scores.length || b.mean - a.mean || a.sample - b.sample);
  const [first, second] = finalists;
  const best = first?.sample ?? bestBefore(last, results);
  if (!first || !second || second.scores.length < 2) return { finalists, best, verdict: "alone" };
  const isBetter = first.mean - second.mean > Math.max(first.spread, second.spread);
  return { finalists, best, verdict: isBetter ? "better" : "same" };
}

function bestBefore(last: number, results: readonly Result[]): number | undefined {
  for (let rung = last - 1; rung >= 0; rung--) {
    const [best] = bestOf(results, rung, 1);
    if (best !== undefined) return best;
  }
  return undefined;
}
