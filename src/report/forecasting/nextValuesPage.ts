import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { writeFileAtomic } from "../../base/files.ts";
import { countOf } from "../../base/words.ts";
import type { Series } from "../../data/dataset.ts";
import type { Forecast } from "../../sequence/forecasting/forecaster.ts";
import { Document, Figures } from "../page/document.tsx";
import { drawFigures, type FigureDraft } from "../page/figure.ts";
import { pageStyle } from "../page/pageStyle.ts";
import { shorten } from "../page/text.ts";
import { FORECAST_WIDTH, forecastPlot } from "./forecastPlot.ts";

/** Rows before the forecast that are drawn: so many times its own, and no less than so many. */
const BEFORE = { times: 4, least: 60 };
const MOST_COLUMNS = 12;

/** Writes a page with the next values after the end of a series, drawn behind its last ones. */
export async function writeNextValues(file: string, series: Series, forecast: Forecast): Promise<void> {
  const drafts = forecast.columns.slice(0, MOST_COLUMNS).map((_, c) => draft(series, forecast, c));
  const [figures, style] = await Promise.all([drawFigures(drafts), pageStyle()]);
  const title = `${countOf(forecast.columns[0]?.values.length ?? 0, "row")} after the end of ${shorten(series.file.split(/[\\/]/).at(-1) ?? "", 60)}`;
  const page = h(Document, {
    title,
    style,
    contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'",
    children: h("main", null, h("h1", null, title), h(Figures, { figures })),
  });
  await writeFileAtomic(file, `<!doctype html>\n${renderToString(page)}\n`);
}

function draft({ columns, values, times }: Series, { columns: found, times: next }: Forecast, c: number): FigureDraft {
  const { column, values: forecast, low, high } = found[c] as Forecast["columns"][number];
  const rows = values.length;
  const from = Math.max(0, rows - Math.max(BEFORE.least, BEFORE.times * forecast.length));
  const at = columns.indexOf(column);
  const came = values.slice(from).map((row) => row[at] ?? NaN);
  const timeOf = times && next && ((row: number) => (row < rows ? times[row] : next[row - rows]));
  return {
    title: shorten(column, 60),
    note: low
      ? "Between the bounds, four of five values fell on the validation rows."
      : "The last values, and what is forecast.",
    legend: [
      { name: "what came", color: "series7" },
      { name: "forecast", color: "series1" },
    ],
    label: `${shorten(column, 60)}: its last values, and the next ones.`,
    width: FORECAST_WIDTH,
    specs: [
      forecastPlot(
        shorten(column, 40),
        [
          { color: "series7", from, values: came },
          { color: "series1", from: rows, values: forecast },
        ],
        low && high ? [{ from: rows, low, high }] : [],
        timeOf,
      ),
    ],
  };
}
