import { AnchorkitError } from "../../base/errors.ts";
import { count } from "../../base/words.ts";
import type { Dataset, Series, SeriesEnds, SplitName } from "../dataset.ts";
import { shownPath } from "../files.ts";

/** The shares of rows that val and test have. */
export interface SeriesShares {
  val: number;
  test: number;
}

export const SERIES_SHARES: SeriesShares = { val: 0.1, test: 0.1 };

/**
 * Splits a series by time: the last rows are test, those before them val, the first ones train. Nothing is drawn: no row
 * of train comes after one of val, and none of val after one of test. A series that has its `ends` keeps them.
 *
 * @param least rows that val and test have at least: one horizon
 * @throws AnchorkitError where that leaves train fewer rows than val and test
 */
export function splitSeries<Given extends Dataset>(
  dataset: Given,
  { val, test }: SeriesShares = SERIES_SHARES,
  least = 1,
): Given {
  const { series } = dataset;
  if (!series || series.ends) return dataset;
  const rows = series.values.length;
  const rowsOf = (share: number): number => Math.max(least, Math.round(rows * share));
  const [valRows, testRows] = [rowsOf(val), rowsOf(test)];
  const train = rows - valRows - testRows;
  if (train < Math.max(valRows, testRows)) {
    throw new AnchorkitError(
      `${shownPath(series.file)}: ${count(rows)} rows are too few: val takes ${count(valRows)}, test ${count(testRows)}, and so train has ${count(Math.max(0, train))}; it needs more rows, or a shorter horizon`,
    );
  }
  return { ...dataset, series: { ...series, ends: { train, val: train + valRows } } };
}

/** The rows of a split, from the first to before the last; of `all`, all of them. */
export function rowsOfSplit(
  { values, ends }: Pick<Series, "values" | "ends">,
  split: SplitName | "all",
): [from: number, to: number] {
  const rows = values.length;
  const { train, val } = endsOf(ends);
  const places = { train: [0, train], val: [train, val], test: [val, rows], all: [0, rows] } as const;
  return [...places[split]];
}

/** @throws AnchorkitError if the series has not been split */
export function endsOf(ends: SeriesEnds | undefined): SeriesEnds {
  if (!ends) throw new AnchorkitError("the series is not split yet: splitSeries does it");
  return ends;
}
