import type { DetectionAnalysis, DetectionConfusion, OperatingPoint, SliceMetrics } from "../../metrics/index.ts";
import type { AtThresholds } from "../../report/evaluation/input.ts";
import { confidenceText } from "../../report/evaluation/thresholds.ts";
import type { DataTable } from "../tables.ts";

/** Where a detector fails, and what it costs: the tables of `--explain`; mix-ups are of `chosen`, if there is one. */
export function explanationTables(analysis: DetectionAnalysis, chosen?: AtThresholds): DataTable[] {
  const mixUps = mixUpTable(
    chosen?.confusion ?? analysis.confusion,
    chosen?.words ?? `at confidence ${confidenceText(analysis.confidence)}`,
  );
  return [costTable(analysis), thresholdTable(analysis), mixUps, proposalTable(analysis)];
}

/** How good the detections are that reach their thresholds, of each class and of all together. */
export function operatingPointTable({ points: { perClass, pooled }, words }: AtThresholds): DataTable {
  const row = (name: string, point: OperatingPoint): (string | number)[] => [
    ...[name, point.confidence, point.precision, point.recall, point.f1],
    ...[point.truePositives, point.falsePositives, point.falseNegatives],
  ];
  return {
    title: `Precision, recall and F1 at IoU 0.5, ${words}`,
    columns: [
      { name: "class" },
      { name: "threshold", digits: confidenceText },
      ...["precision", "recall", "F1"].map((name) => ({ name, digits: 3 })),
      ...["right", "wrong", "missed"].map((name) => ({ name })),
    ],
    rows: [...perClass.map((one) => row(one.name, one)), row("all", pooled)],
  };
}

/** The numbers of each part of the objects. */
export function sliceTable(by: string, slices: readonly SliceMetrics[]): DataTable {
  return {
    title: `By ${by}`,
    columns: [
      { name: by },
      { name: "images" },
      { name: "objects" },
      ...["AP", "AP50", "AR100", "recall"].map((name) => ({ name, digits: 3 })),
    ],
    rows: slices.map((one) => [one.name, one.images, one.truths, one.AP, one.AP50, one.AR100, one.recall50]),
  };
}

const ERRORS = {
  classification: "right place, wrong class",
  localisation: "right class, badly placed (IoU 0.1 to 0.5)",
  both: "wrong class and badly placed",
  duplicate: "an object that was already found",
  background: "nothing is there",
  missed: "an object that no detection points at",
} as const;

/** TIDE: every kind of error, what costs most first. */
function costTable({ tide }: DetectionAnalysis): DataTable {
  const kinds = (Object.keys(ERRORS) as (keyof typeof ERRORS)[]).sort(
    (a, b) => tide.errors[b].dAP - tide.errors[a].dAP,
  );
  return {
    title: "What costs AP50 (TIDE: how much AP50 would rise without this kind of error)",
    columns: [{ name: "error" }, { name: "" }, { name: "count" }, { name: "AP50 lost", digits: 3 }],
    rows: [
      ...kinds.map((kind) => [kind, ERRORS[kind], tide.errors[kind].count, tide.errors[kind].dAP]),
      ["all false positives", "", tide.falsePositives.count, tide.falsePositives.dAP],
      ["all missed objects", "", tide.falseNegatives.count, tide.falseNegatives.dAP],
    ],
  };
}

/** The best confidence threshold of each class, and how good the detections above it are. */
function thresholdTable({ curves, missRates, counting, calibration, confidence }: DetectionAnalysis): DataTable {
  const digits = 3;
  const perClass = curves.perClass.map(({ class: k, name, best }) => [
    ...[name, best.confidence, best.precision, best.recall, best.f1],
    ...[missRates.perClass[k]?.logAverageMissRate ?? NaN, calibration?.perClass[k]?.ECE ?? NaN],
    ...[counting.perClass[k]?.bias ?? NaN, counting.perClass[k]?.meanAbsoluteError ?? NaN],
  ]);
  const { best } = curves.pooled;
  const all = [
    ...["all", best.confidence, best.precision, best.recall, best.f1],
    ...[missRates.logAverageMissRate, calibration?.pooled.ECE ?? NaN],
    ...[counting.total.bias, counting.total.meanAbsoluteError],
  ];
  return {
    title:
      "The confidence with the best F1, and precision, recall and F1 there; log-average miss rate; calibration error; and, " +
      `at confidence ${confidenceText(confidence)}, how far off the number of objects per image is (mean error, mean absolute error)`,
    columns: [
      { name: "class" },
      { name: "confidence", digits: confidenceText },
      ...["precision", "recall", "F1", "miss rate", "ECE", "count bias", "count error"].map((name) => ({
        name,
        digits,
      })),
    ],
    rows: [...perClass, all],
  };
}

const MOST_MIX_UPS = 10;

/** The largest counts of the confusion matrix off its diagonal. */
function mixUpTable({ matrix, classes }: DetectionConfusion, words: string): DataTable {
  const nameOf = (k: number): string => classes[k] ?? "background";
  const counts = matrix.flatMap((row, truth) =>
    row.map((count, found) => ({ truth: nameOf(truth), found: nameOf(found), count })),
  );
  const mixUps = counts.filter(({ truth, found, count }) => truth !== found && count > 0);
  return {
    title: `What is mistaken for what, ${words} (background: nothing is there, or the object is missed)`,
    columns: [{ name: "labelled" }, { name: "found as" }, { name: "count" }],
    rows: mixUps
      .sort((a, b) => b.count - a.count)
      .slice(0, MOST_MIX_UPS)
      .map(({ truth, found, count }) => [truth, found, count]),
  };
}

/** Average recall against the number of detections that are looked at. */
function proposalTable({ averageRecall: { proposals, averageRecall } }: DetectionAnalysis): DataTable {
  return {
    title: "Average recall by how many of the best detections per class and image are looked at",
    columns: [{ name: "detections" }, ...proposals.map((count) => ({ name: String(count), digits: 3 }))],
    rows: [["AR", ...averageRecall]],
  };
}
