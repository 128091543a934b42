import type { CocoMetrics, CocoSummary } from "../metrics/index.ts";
import type { Column, DataTable } from "./tables.ts";

/** COCO's twelve numbers and a line for each class. */
export function cocoTables(metrics: CocoMetrics): DataTable[] {
  const sizes = ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"] as const;
  const recalls = ["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"] as const;
  return [
    perClassTable(metrics, ["AP", "AP50", "AP75", "AR100"]),
    {
      columns: [{ name: "" }, ...ratios("all", "IoU .50", "IoU .75", "small", "medium", "large")],
      rows: [["AP", ...sizes.map((key) => metrics[key])]],
    },
    {
      columns: [{ name: "" }, ...ratios("1 an image", "10", "100", "small", "medium", "large")],
      rows: [["AR", ...recalls.map((key) => metrics[key])]],
    },
  ];
}

/** All of them in one table: a line for each class, and one for all. */
export function wideCocoTable(metrics: CocoMetrics): DataTable {
  return perClassTable(metrics, COCO_KEYS);
}

/** The twelve numbers, in COCO's order. */
export const COCO_KEYS = [
  "AP",
  "AP50",
  "AP75",
  "APsmall",
  "APmedium",
  "APlarge",
  "AR1",
  "AR10",
  "AR100",
  "ARsmall",
  "ARmedium",
  "ARlarge",
] as const satisfies readonly (keyof CocoSummary)[];

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
