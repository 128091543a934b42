import { mean } from "../../base/statistics.ts";

/** The mean over classes, each counting alike; NaN if any of them is. */
export function macroAverage(values: readonly number[]): number {
  return mean(values);
}

/** The mean over classes, each counting by its number of examples; classes without any do not count, even if NaN. */
export function weightedAverage(values: readonly number[], supports: readonly number[]): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, k) => {
    const support = supports[k] as number;
    if (support === 0) return;
    sum += value * support;
    total += support;
  });
  return sum / total;
}
