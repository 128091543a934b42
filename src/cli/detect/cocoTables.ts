import { countOf } from "../../base/words.ts";
import type { CocoComparison, CocoIntervals, CocoMetrics, CocoSummary, VocMetrics } from "../../metrics/index.ts";
import { COCO_KEYS } from "../../metrics/detection/coco/cocoSummary.ts";
import type { Column, DataTable } from "../tables.ts";

/** COCO's twelve numbers and a line for each class. */
export function cocoTables(metrics: CocoMetrics): DataTable[] {
  return [
    perClassTable(metrics, ["AP", "AP50", "AP75", "AR100"]),
    {
      columns: [{ name: "" }, ...ratios("all", "IoU .50", "IoU .75", "small", "medium", "large")],
      rows: [["AP", ...COCO_KEYS.slice(0, 6).map((key) => metrics[key])]],
    },
    {
      columns: [{ name: "" }, ...ratios("1 per image", "10", "100", "small", "medium", "large")],
      rows: [["AR", ...COCO_KEYS.slice(6).map((key) => metrics[key])]],
    },
  ];
}

/** All of them in one table: a line for each class, and one for all. */
export function wideCocoTable(metrics: CocoMetrics): DataTable {
  return perClassTable(metrics, COCO_KEYS);
}

/** Both of Pascal VOC's averages, a line for each class. */
export function vocTable({ AP, AP11, perClass, iouThreshold }: VocMetrics): DataTable {
  const objects = perClass.reduce((sum, { truths }) => sum + truths, 0);
  return {
    title: `Pascal VOC at IoU ${iouThreshold}`,
    columns: [{ name: "class" }, { name: "objects" }, ...ratios("AP", "AP (11 points)")],
    rows: [...perClass.map((one) => [one.name, one.truths, one.AP, one.AP11]), ["all", objects, AP, AP11]],
  };
}

/** Each of the twelve numbers with its interval. */
export function intervalTable(intervals: CocoIntervals): DataTable {
  const few = intervals.fewImages ? ": few, so take them as a rough guess" : "";
  return {
    title: `${percent(intervals.level)} intervals over ${countOf(intervals.images, "image")}${few}`,
    columns: [{ name: "" }, ...ratios("value", "low", "high")],
    rows: COCO_KEYS.map((key) => [key, intervals[key].value, intervals[key].low, intervals[key].high]),
  };
}

/** Each of the twelve numbers less the other model's, with the interval of the difference. */
export function comparisonTable(comparison: CocoComparison, against: string): DataTable {
  const words = { "A better": "better", "B better": "worse", "no difference shown": "no difference shown" };
  return {
    title: `Compared with ${against}: the difference and its ${percent(comparison.level)} interval, with the same images drawn for both`,
    columns: [{ name: "" }, ...ratios("these", "those", "difference", "low", "high", "p"), { name: "" }],
    rows: COCO_KEYS.map((key) => {
      const { a, b, value, low, high, pValue, verdict } = comparison[key];
      return [key, a, b, value, low, high, pValue, Number.isNaN(value) ? "" : words[verdict]];
    }),
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

function perClassTable(metrics: CocoMetrics, keys: readonly (keyof CocoSummary)[]): DataTable {
  const objects = metrics.perClass.reduce((sum, { truths }) => sum + truths, 0);
  return {
    columns: [{ name: "class" }, { name: "objects" }, ...ratios(...keys)],
    rows: [
      ...metrics.perClass.map((one) => [one.name, one.truths, ...keys.map((key) => one[key])]),
      ["all", objects, ...keys.map((key) => metrics[key])],
    ],
  };
}

function ratios(...names: string[]): Column[] {
  return names.map((name) => ({ name, digits: 3 }));
}
