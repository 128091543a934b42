/** The mean of those values that are numbers: classes that have none (NaN) are left out. NaN if that leaves none. */
export function meanOverClasses(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
