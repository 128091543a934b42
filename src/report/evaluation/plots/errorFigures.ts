import type { DetectionAnalysis } from "../../../metrics/detection/analysis.ts";
import type { CocoComparison } from "../../../metrics/detection/compare.ts";
import type { TideErrorType } from "../../../metrics/detection/tide/tide.ts";
import { confusionPlot, mostConfused } from "../../page/confusionPlot.ts";
import type { FigureDraft as Draft } from "../../page/figure.ts";
import { count } from "../../../base/words.ts";
import { compact, percent, points, rate, shorten } from "../../page/text.ts";
import { confidenceText } from "../thresholds.ts";
import { ERROR_NAMES } from "../verdict.ts";
import { comparisonPlot, slicePlot, tidePlot } from "./errorPlots.ts";

/** More classes do not fit into a confusion matrix that can be read. */
const CONFUSED = 10;

const GROUP_NAMES: Record<string, string> = {
  "fine-size": "Size of the object",
  size: "Size of the object",
  aspect: "Shape of the object",
  crowding: "Overlap with other objects",
  objects: "Objects per image",
};

const SIZE_NAMES: Record<string, string> = {
  xs: "to 16² pixels",
  s: "to 32²",
  m: "to 96²",
  l: "to 288²",
  xl: "larger",
};

/** More ways to slice are not drawn. */
const MOST_SLICINGS = 6;

export function errors({ tide }: DetectionAnalysis): Draft | undefined {
  if (!Number.isFinite(tide.AP50)) return undefined;
  const bars = (Object.keys(ERROR_NAMES) as TideErrorType[]).map((type) => {
    const { count: times, dAP } = tide.errors[type];
    const text = `${points(dAP)} (${compact(times)})`;
    return { type, label: ERROR_NAMES[type], count: times, points: dAP * 100, text };
  });
  return {
    title: "What the errors cost",
    note: `AP50 is ${rate(tide.AP50)}. Each bar is what would be gained if only this kind of error never happened, in points; in brackets is how often it happens, at any confidence. They do not add up.`,
    legend: [],
    label: `AP50 points lost: ${bars.map(({ label, text }) => `${label} ${text}`).join(", ")}.`,
    specs: [tidePlot(bars)],
  };
}

export function confusion(analysis: DetectionAnalysis): Draft | undefined {
  const { matrix, classes, confidence } = analysis.confusion;
  const shown = mostConfused(matrix, classes.length).slice(0, CONFUSED);
  if (shown.length === 0) return undefined;
  const kept = [...shown.sort((a, b) => a - b), classes.length];
  const cells = kept.map((row) => kept.map((column) => matrix[row]?.[column] ?? 0));
  const labels = kept.map((k) => classes[k] ?? "nothing");
  const left = classes.length - shown.length;
  const correct = shown.reduce((sum, k) => sum + (matrix[k]?.[k] ?? 0), 0);
  return {
    title: "What is mistaken for what",
    note:
      `At confidence ${confidenceText(confidence)}. A row is what is really there, a column is what was reported; a darker cell is a larger share of its row.` +
      (left > 0 ? ` The ${shown.length} most confused classes of ${classes.length}.` : ""),
    legend: [],
    label: `Confusion matrix of ${labels.map((label) => shorten(label, 30)).join(", ")}: ${count(correct)} objects are reported as what they are.`,
    specs: [confusionPlot(cells, labels, { column: "reported as", background: true })],
  };
}

export function sliced({ slices, coco }: DetectionAnalysis): Draft | undefined {
  const groups = slices
    .map(({ by, slices: all }) => ({
      name: GROUP_NAMES[by] ?? by,
      slices: all
        .filter(({ truths }) => truths > 0)
        .map((slice) => ({ ...slice, name: (by === "fine-size" ? SIZE_NAMES[slice.name] : undefined) ?? slice.name })),
    }))
    .filter((group) => group.slices.length > 1)
    .slice(0, MOST_SLICINGS);
  if (groups.length === 0) return undefined;
  const words = groups.map(({ name, slices: all }) => {
    return `${name}: ${all.map((slice) => `${shorten(slice.name, 30)} ${rate(slice.AP50, 2)}`).join(", ")}`;
  });
  return {
    title: "Parts of the data",
    note: `AP50 for objects and images of one kind, with the number of objects in brackets; the dashed line is the AP50 of all, ${rate(coco.AP50)}.`,
    legend: [],
    label: `AP50 by parts of the data. ${words.join("; ")}.`,
    specs: groups.map((group) => slicePlot(group, coco.AP50)),
  };
}

export function compared({ against, difference }: { against: string; difference: CocoComparison }): Draft {
  return {
    title: `Against ${shorten(against, 40)}`,
    note: `Differences with their ${percent(difference.level)} intervals, from the same images for both. An interval that includes 0 shows no difference.`,
    legend: [],
    label: `AP differs by ${points(difference.AP.value)} points.`,
    specs: [comparisonPlot(difference)],
  };
}
