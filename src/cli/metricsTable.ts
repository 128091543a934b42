import Table from "cli-table3";
import type { CocoMetrics, CocoSummary } from "../metrics/index.ts";

/** COCO's twelve numbers, and a line for each class, as text. A dash stands where there was no object to find. */
export function metricsTable(metrics: CocoMetrics): string {
  const classes = newTable(["class", "objects", "AP", "AP50", "AP75", "AR100"]);
  for (const one of metrics.perClass) classes.push([one.name, one.truths, ...numbers(one, CLASS_KEYS)]);
  const objects = metrics.perClass.reduce((sum, { truths }) => sum + truths, 0);
  classes.push(["all", objects, ...numbers(metrics, CLASS_KEYS)]);

  const sizes = newTable(["", "all", "IoU .50", "IoU .75", "small", "medium", "large"]);
  sizes.push(["AP", ...numbers(metrics, ["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"])]);
  const recalls = newTable(["", "1 an image", "10", "100", "small", "medium", "large"]);
  recalls.push(["AR", ...numbers(metrics, ["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"])]);
  return [classes, sizes, recalls].map(String).join("\n\n").replaceAll(/ +$/gm, "");
}

const CLASS_KEYS = ["AP", "AP50", "AP75", "AR100"] as const;

function newTable(head: string[]): Table.Table {
  const [first, ...rest] = head;
  return new Table({
    head: [first ?? "", ...rest],
    colAligns: ["left", ...rest.map(() => "right" as const)],
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 2 },
    chars: NO_LINES,
  });
}

/** Columns stand apart by space alone, so that a line can be copied or cut. */
const NO_LINES = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid", "middle"].flatMap((part) => [
    [part, ""],
    [`${part}-mid`, ""],
    [`${part}-left`, ""],
    [`${part}-right`, ""],
    [`left-${part}`, ""],
    [`right-${part}`, ""],
    [`mid-${part}`, ""],
  ]),
);

function numbers(metrics: CocoSummary, keys: readonly (keyof CocoSummary)[]): string[] {
  return keys.map((key) => (Number.isNaN(metrics[key]) ? "-" : metrics[key].toFixed(3)));
}
