import type { Series } from "../dataset.ts";

/**
 * The columns of a series, each with its missing values filled by the value before, as one would have known it then; at
 * the beginning by the first value there is.
 */
export function filledColumns({ values, columns }: Pick<Series, "values" | "columns">): Float64Array[] {
  return columns.map((_, c) => {
    const column = Float64Array.from(values, (row) => row[c] ?? NaN);
    let known = column.find((value) => !Number.isNaN(value)) ?? NaN;
    return column.map((value) => (Number.isNaN(value) ? known : (known = value)));
  });
}
