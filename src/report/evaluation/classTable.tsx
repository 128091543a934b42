import type { VNode } from "preact";
import type { Estimate } from "../../metrics/estimate.ts";
import { type CountTable, pointAt } from "./countTable.ts";
import { count, countOf } from "../../base/words.ts";
import { rate, shorten } from "../page/text.ts";

/** A class in the table: what does not change with the threshold. */
export interface ClassRow {
  name: string;
  AP: number;
  AP50: number;
  interval: Estimate | null;
}

export interface ClassTableProps {
  counts: CountTable;
  /** One for each of the counted classes. */
  rows: readonly ClassRow[];
  /** How many classes are left out of the table. */
  hiddenClasses: number;
  withIntervals: boolean;
}

/** Each class: its AP, and what it comes to at the threshold. Columns that change have a data-cell. */
export function ClassTable({ counts, rows, hiddenClasses, withIntervals }: ClassTableProps): VNode {
  const { thresholds, start, classes } = counts;
  return (
    <>
      <div class="scroll card" tabIndex={0} role="region" aria-label="Classes">
        <table id="classes">
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Objects</th>
              <th scope="col">AP</th>
              <th scope="col">AP50</th>
              {withIntervals && <th scope="col">AP50 interval</th>}
              <th scope="col">Right</th>
              <th scope="col">Wrong</th>
              <th scope="col">Missed</th>
              <th scope="col">Precision</th>
              <th scope="col">Recall</th>
              <th scope="col">F1</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, AP, AP50, interval }, i) => {
              const ofClass = classes[i] ?? { truths: 0, steps: [] };
              const point = pointAt(ofClass, thresholds, start);
              return (
                <tr data-class={i}>
                  <th scope="row" title={shorten(name, 200)}>
                    {shorten(name, 40)}
                  </th>
                  <td>{count(ofClass.truths)}</td>
                  <td>{rate(AP)}</td>
                  <td>{rate(AP50)}</td>
                  {withIntervals && <td class="quiet">{interval === null ? "–" : range(interval)}</td>}
                  <td data-cell="tp">{count(point.truePositives)}</td>
                  <td data-cell="fp">{count(point.falsePositives)}</td>
                  <td data-cell="fn">{count(point.falseNegatives)}</td>
                  <td data-cell="precision">{rate(point.precision)}</td>
                  <td data-cell="recall">{rate(point.recall)}</td>
                  <td data-cell="f1">{rate(point.f1)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {hiddenClasses > 0 && (
        <p class="note">
          {countOf(hiddenClasses, "class")} with fewer objects {hiddenClasses === 1 ? "is" : "are"} not listed, but
          counted.
        </p>
      )}
    </>
  );
}

function range({ low, high }: Estimate): string {
  return Number.isFinite(low) ? `${rate(low, 2)} to ${rate(high, 2)}` : "–";
}
