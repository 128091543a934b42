import { join } from "node:path";
import { writeFileAtomic } from "../../../base/files.ts";
import { countOf } from "../../../base/words.ts";
import { csvText } from "../../../data/records/csvRows.ts";
import type { Forecast } from "../../../sequence/forecasting/forecaster.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { printJson, requireThere } from "../../options.ts";
import { readAndSay } from "../../series.ts";
import { resultFolder } from "../resultFolder.ts";
import { onlyFile, openForecaster } from "./evalForecaster.ts";

/** What is written beside each other. */
const WRITTEN = { csv: "forecast.csv", json: "forecast.json", page: "forecast.html" } as const;

interface Flags extends PredictorOptions {
  weights: string;
  out: string;
  overwrite?: true;
  /** Whether the page with the plot is written. */
  images: boolean;
  json?: true;
}

/** Says how a series goes on after its end: forecast.csv, forecast.json, and a page that draws it. */
export async function predictNext(paths: readonly string[], flags: Flags): Promise<void> {
  const { weights, out, images, json } = flags;
  const path = onlyFile(paths);
  requireThere({ weights });
  const names = images ? Object.values(WRITTEN) : [WRITTEN.csv, WRITTEN.json];
  const files = [{ file: path, name: path }];
  const output = await resultFolder({ ...flags, command: "detect predict", paths, files }, names);
  const forecaster = await openForecaster(weights, flags);
  const { description, columns } = forecaster;
  const { dataset, warnings } = await readAndSay(path, { columns, time: description.time ?? "none" });
  const forecast = await forecaster.forecast(dataset.series);
  forecaster.dispose();
  const rows = dataset.series.values.length;
  await output.write(async () => {
    await writeFileAtomic(join(out, WRITTEN.csv), csvText(table(forecast, rows, description.time)));
    await writeFileAtomic(join(out, WRITTEN.json), `${JSON.stringify(documentOf(forecast, rows), undefined, 2)}\n`);
    if (!images) return;
    const { writeNextValues } = await import("../../../report/forecasting/nextValuesPage.ts");
    await writeNextValues(join(out, WRITTEN.page), dataset.series, forecast);
  }, names);
  if (json) {
    printJson({ ...documentOf(forecast, rows), files: names.map((name) => join(out, name)), warnings });
    return;
  }
  const shown = table(forecast, rows, description.time).slice(0, SHOWN + 1);
  const lines = shown.map((row) =>
    row.map((cell) => (typeof cell === "number" ? String(Number(cell.toPrecision(6))) : cell)).join("  "),
  );
  const more =
    description.horizon > SHOWN ? [`… ${countOf(description.horizon - SHOWN, "more row")} in the files`] : [];
  process.stdout.write(
    `${[...lines, ...more, `forecast: ${names.map((name) => join(out, name)).join(", ")}`].join("\n")}\n`,
  );
}

/** Rows that are printed, at most. */
const SHOWN = 12;

/** A row for each step: its time or number, and of each column the forecast and its bounds. */
function table({ columns, times }: Forecast, rows: number, time: string | undefined): (string | number)[][] {
  const head = [
    time ?? "row",
    ...columns.flatMap(({ column, low }) => [column, ...(low ? [`${column} low`, `${column} high`] : [])]),
  ];
  const steps = columns[0]?.values.length ?? 0;
  const body = Array.from({ length: steps }, (_, h) => [
    times?.[h] ?? rows + h + 1,
    ...columns.flatMap(({ values, low, high }) => [
      values[h] ?? NaN,
      ...(low && high ? [low[h] ?? NaN, high[h] ?? NaN] : []),
    ]),
  ]);
  return [head, ...body];
}

function documentOf({ columns, times }: Forecast, rows: number): object {
  return {
    rows,
    ...(times && { times }),
    columns: columns.map(({ column, values, low, high, baseline }) => ({
      column,
      values: [...values],
      ...(low && high && { low: [...low], high: [...high] }),
      baseline: [...baseline],
    })),
  };
}
