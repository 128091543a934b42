/**
 * Holm's correction of the p-values of several tests: sorted, the i-th of n is multiplied by n - i + 1, and none is smaller
 * than the one before it. Calling those up to alpha significant, the probability of any false alarm is at most alpha,
 * however the tests depend on each other (Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979).
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues[i] as number) * (pValues.length - rank)));
    adjusted[i] = least;
  }
  return adjusted;
}
