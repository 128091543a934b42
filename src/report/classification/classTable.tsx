import type { VNode } from "preact";
import { sum } from "../../base/statistics.ts";
import { count, countOf } from "../../base/words.ts";
import type { ClassifierEvaluation } from "../../classification/measure.ts";
import { DataTable } from "../page/dataTable.tsx";
import { pluralTitle, rate, shorten } from "../page/text.ts";

/** More classes are not listed one by one. */
const MOST_CLASSES = 200;

/** Each class in numbers: all of them, or those with the most images. */
export function ClassTable({ evaluation, noun }: { evaluation: ClassifierEvaluation; noun: string }): VNode {
  const { head, rows } = evaluation.multiLabel ? multiLabelRows(evaluation) : singleRows(evaluation, noun);
  const listed = rows
    .toSorted((a, b) => b.support - a.support)
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a.class - b.class);
  const hidden = rows.length - listed.length;
  return (
    <>
      <DataTable label="Classes" head={head} rows={listed.map(({ cells }) => cells)} />
      {hidden > 0 && (
        <p class="note">
          {countOf(hidden, "class")} with fewer {noun}s {hidden === 1 ? "is" : "are"} not listed, but counted.
        </p>
      )}
    </>
  );
}

interface Rows {
  head: string[];
  rows: { class: number; support: number; cells: string[] }[];
}

function singleRows({ single }: ClassifierEvaluation, noun: string): Rows {
  const confusion = single?.confusion ?? [];
  const nameOf = (k: number): string => shorten(single?.perClass[k]?.name ?? "", 30);
  return {
    head: [
      "Class",
      pluralTitle(noun),
      "Right",
      "Taken for it",
      "Precision",
      "Recall",
      "F1",
      "AP",
      "AUC",
      "Most often taken for",
    ],
    rows: (single?.perClass ?? []).map(({ class: k, name, support, ...one }) => {
      const row = confusion[k] ?? [];
      const right = row[k] ?? 0;
      const called = sum(confusion.map((other) => other[k] ?? 0));
      const others = row.map((times, j) => (j === k ? 0 : times));
      const most = Math.max(0, ...others);
      return {
        ...{ class: k, support },
        cells: [
          ...[shorten(name, 40), count(support), count(right), count(called)],
          ...(support > 0 ? ratesOf(one) : ["–", "–", "–", "–", "–"]),
          most === 0 ? "–" : `${nameOf(others.indexOf(most))} (${count(most)})`,
        ],
      };
    }),
  };
}

function multiLabelRows({ multiLabel }: ClassifierEvaluation): Rows {
  return {
    head: ["Class", "Images", "Threshold", "Precision", "Recall", "F1", "AP", "AUC"],
    rows: (multiLabel?.perClass ?? []).map(({ class: k, name, support, threshold, ...one }) => ({
      ...{ class: k, support },
      cells: [
        ...[shorten(name, 40), count(support), rate(threshold)],
        ...(support > 0 ? ratesOf(one) : ["–", "–", "–", "–", "–"]),
      ],
    })),
  };
}

function ratesOf(one: Record<"precision" | "recall" | "f1" | "averagePrecision" | "rocAuc", number>): string[] {
  return [one.precision, one.recall, one.f1, one.averagePrecision, one.rocAuc].map((value) => rate(value));
}
