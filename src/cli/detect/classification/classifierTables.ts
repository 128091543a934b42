import type { ClassifierEvaluation } from "../../../classification/measure.ts";
import type { ClassifierMetrics, MultiLabelMetrics } from "../../../metrics/index.ts";
import type { DataTable } from "../../tables.ts";

/** Classes in a confusion matrix that is printed, at most; the report shows larger ones. */
const MOST_CLASSES = 20;

/** The numbers over all classes, and a line for each class. @param what was looked at: images, clips or frames */
export function classifierTables({ metrics, single, multiLabel }: ClassifierEvaluation, what = "image"): DataTable[] {
  return [
    ...(single ? [singleTable(single, what)] : []),
    ...(multiLabel ? [multiLabelTable(multiLabel)] : []),
    {
      columns: [{ name: "over all" }, { name: "", digits: 4 }],
      rows: Object.entries(metrics),
    },
  ];
}

/** Rows: what images show; columns: what they were taken for. Undefined where there are too many classes to print. */
export function confusionTable({ confusion, perClass }: ClassifierMetrics, what = "image"): DataTable | undefined {
  if (perClass.length > MOST_CLASSES) return undefined;
  return {
    title: `what ${what}s show (rows) and what they were taken for (columns)`,
    columns: [{ name: "" }, ...perClass.map(({ name }) => ({ name }))],
    rows: confusion.map((row, k) => [perClass[k]?.name ?? "", ...row]),
  };
}

function singleTable({ perClass, macro, weighted, examples }: ClassifierMetrics, what: string): DataTable {
  const ratios = ["precision", "recall", "f1", "AP", "AUC"].map((name) => ({ name, digits: 3 }));
  return {
    columns: [{ name: "class" }, { name: `${what}s` }, ...ratios],
    rows: [
      ...perClass.map((one) => [
        ...[one.name, one.support, one.precision, one.recall, one.f1],
        ...[one.averagePrecision, one.rocAuc],
      ]),
      ...[
        { name: "mean", ...macro },
        { name: "weighted mean", ...weighted },
      ].map((all) => [all.name, examples, all.precision, all.recall, all.f1, all.averagePrecision, all.rocAuc]),
    ],
  };
}

function multiLabelTable({ perClass, macro, examples }: MultiLabelMetrics): DataTable {
  const ratios = ["threshold", "precision", "recall", "f1", "AP", "AUC"].map((name) => ({ name, digits: 3 }));
  return {
    columns: [{ name: "class" }, { name: "images" }, ...ratios],
    rows: [
      ...perClass.map((one) => [
        ...[one.name, one.support, one.threshold, one.precision, one.recall, one.f1],
        ...[one.averagePrecision, one.rocAuc],
      ]),
      ["mean", examples, NaN, macro.precision, macro.recall, macro.f1, macro.averagePrecision, macro.rocAuc],
    ],
  };
}
