import { mean } from "../base/statistics.ts";

/** The mean of those values that are numbers: classes that have none (NaN) are left out. NaN if that leaves none. */
export function meanOverClasses(values: readonly number[]): number {
  return mean(values.filter((value) => !Number.isNaN(value)));
}
