import { quantile } from "../../base/statistics.ts";

/**
 * Inner edges of bins that hold about equal shares of the values, by their quantiles: fewer than asked for where many values
 * are equal.
 */
export function quantileEdges(values: ArrayLike<number>, bins: number): number[] {
  const sorted = Float64Array.from(values).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  return [...new Set(edges)].filter((edge) => Number.isFinite(edge));
}

/** How many values lie in each bin; one that is an edge lies in the bin that begins there. */
export function binCounts(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    let bin = 0;
    while (bin < edges.length && (values[i] as number) >= (edges[bin] as number)) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}
