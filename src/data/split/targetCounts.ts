import type { SplitName } from "../dataset.ts";
import { SPLIT_NAMES, type SplitFractions } from "./iterativeStratification.ts";

/**
 * How many of `count` images each split gets: its share, rounded by largest remainder so that they add up to `count`.
 * As long as there are as many images as splits, each that is asked for gets at least one.
 *
 * @param fractions in any unit; 8, 1, 1 is the same as 0.8, 0.1, 0.1
 */
export function targetCounts(count: number, fractions: SplitFractions): SplitFractions {
  const whole = SPLIT_NAMES.reduce((sum, split) => sum + fractions[split], 0);
  const asked = SPLIT_NAMES.filter((split) => fractions[split] > 0);
  const exact = (split: SplitName): number => (count * fractions[split]) / whole;
  const targets: SplitFractions = { train: 0, val: 0, test: 0 };
  // A share such as 0.1 * 30 may come out a little under the whole number that it is.
  for (const split of asked) targets[split] = Math.floor(exact(split) + 1e-9);
  const byRemainder = [...asked].sort((a, b) => exact(b) - targets[b] - (exact(a) - targets[a]));
  let left = count - asked.reduce((sum, split) => sum + targets[split], 0);
  for (const split of byRemainder) if (left-- > 0) targets[split]++;
  for (const split of asked) {
    const largest = asked.reduce((a, b) => (targets[b] > targets[a] ? b : a));
    if (targets[split] > 0 || targets[largest] < 2) continue;
    targets[largest]--;
    targets[split]++;
  }
  return targets;
}
