import type { VNode } from "preact";
import { count, countOf } from "../../base/words.ts";
import type { MeasuredColumn } from "../../sequence/forecasting/measure.ts";
import { DataTable } from "../page/dataTable.tsx";
import { Document } from "../page/document.tsx";
import type { Figure } from "../page/figure.ts";
import { Opening, Plots, type Verdict } from "../page/opening.tsx";
import { percent, rate, shorten } from "../page/text.ts";
import { Tile } from "../page/tile.tsx";
import { WORDS } from "./figures.ts";
import type { ForecasterReportInput } from "./input.ts";

export interface PageProps {
  input: ForecasterReportInput;
  verdict: Verdict;
  figures: readonly Figure[];
  /** CSS as it stands in the page. */
  style: string;
}

/** The whole document; it needs no script. */
export function Page({ input, verdict, figures, style }: PageProps): VNode {
  const { title, evaluation, description, warnings = [] } = input;
  const { metrics, columns, windows } = evaluation;
  const [first] = columns;
  return (
    <Document
      title={`${shorten(title)} · evaluation`}
      style={style}
      contentSecurityPolicy="default-src 'none'; style-src 'unsafe-inline'"
    >
      <main>
        <Opening
          {...{ title, verdict, warnings }}
          extent={
            <>
              {countOf(windows, "forecast")} of {countOf(description.horizon, "row")}
              {description.season > 1 ? ` · a season has ${count(description.season)}` : ""}
            </>
          }
        >
          <div class="tiles">
            <Tile name="MASE" value={rate(metrics.mase ?? NaN)}>
              under 1: closer than the {description.season > 1 ? "value a season ago" : "last value"} was on the
              training rows
            </Tile>
            <Tile name="Mean absolute error" value={rate(metrics.mae ?? NaN)}>
              in the units of the series
            </Tile>
            <Tile name="sMAPE" value={`${rate(metrics.smape ?? NaN, 2)}%`}>
              the error as a share of the values, 0 to 200%
            </Tile>
            {first?.coverage !== undefined && (
              <Tile name="Within the bounds" value={percent(first.coverage)}>
                80% were on the validation rows
              </Tile>
            )}
          </div>
        </Opening>
        <Plots title="What was forecast, and how far ahead it holds" figures={figures} />
        {columns.map((column) => (
          <section>
            <h2>{shorten(column.name, 60)}</h2>
            <ErrorTable column={column} />
          </section>
        ))}
        <p class="note">
          All of them forecast from the same rows on. MASE divides the mean absolute error by that of the seasonal
          baseline on the training rows, one row ahead without a season; bias is forecast less what came.
        </p>
      </main>
    </Document>
  );
}

function ErrorTable({ column: { name, model, baselines } }: { column: MeasuredColumn }): VNode {
  const rows = [model, ...baselines].map(({ name: called, errors: { mae, rmse, smape, mase, bias } }) => [
    WORDS[called] ?? called,
    ...[rate(mase), rate(mae, 4), rate(rmse, 4), rate(smape, 2), rate(bias, 4)],
  ]);
  return (
    <DataTable label={`Errors of ${name}`} head={["Forecast", "MASE", "MAE", "RMSE", "sMAPE", "Bias"]} rows={rows} />
  );
}
