import type { DetectionAnalysis } from "../../../metrics/detection/analysis.ts";
import type { CocoComparison } from "../../../metrics/detection/compare.ts";
import type { TideErrorType } from "../../../metrics/detection/tide/tide.ts";
import { scoreHistogram, sizeHistogram } from "./histograms.ts";
import { drawFigures, type Figure, type FigureDraft as Draft } from "../../page/figure.ts";
import { averageRecallPlot, calibrationPlot, confidencePlot, curveSummary, precisionRecallPlot } from "./curvePlots.ts";
import { comparisonPlot, confusionPlot, slicePlot, tidePlot } from "./errorPlots.ts";
import { scorePlot, sizePlot } from "./histogramPlots.ts";
import type { EvaluationReportInput, TrainingRecord } from "../input.ts";
import { compact, count, percent, points, rate, shorten } from "../../page/text.ts";
import { SERIES, seriesColor } from "../../page/theme.ts";
import { trainingPlot } from "./trainingPlot.ts";
import { ERROR_NAMES } from "../verdict.ts";

/** More classes do not fit into a confusion matrix that can be read. */
const CONFUSED = 10;

const GROUP_NAMES: Record<string, string> = {
  "fine-size": "Size of the object",
  size: "Size of the object",
  aspect: "Shape of the object",
  crowding: "Overlap with other objects",
  objects: "Objects in the image",
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

/** All plots of an analysis at a confidence threshold. `thresholds` is the slider's range. */
export async function figuresOf(
  analysis: DetectionAnalysis,
  confidence: number,
  thresholds: readonly number[],
  { comparison, training = [] }: Pick<EvaluationReportInput, "comparison" | "training"> = {},
): Promise<Figure[]> {
  const drafts = [
    curves(analysis),
    confidenceCurves(analysis, confidence),
    errors(analysis),
    confusion(analysis),
    sizes(analysis, confidence),
    scores(analysis, confidence, thresholds),
    calibration(analysis),
    averageRecall(analysis),
    ...(comparison === undefined ? [] : [compared(comparison)]),
    ...(training.length < 2 ? [] : [trained(training)]),
    sliced(analysis),
  ].filter((draft) => draft !== undefined);
  return drawFigures(drafts);
}

function curves(analysis: DetectionAnalysis): Draft | undefined {
  const shown = mostFrequent(analysis, SERIES);
  if (shown.length === 0) return undefined;
  const { perClass, pooled } = analysis.curves;
  const rest = perClass.filter(({ truths }) => truths > 0).length - shown.length;
  const nameOf = (k: number): string => shorten(perClass[k]?.name ?? "", 28);
  return {
    title: "Precision and recall",
    note: `At IoU 0.5; the higher and further to the right, the better.${rest > 0 ? ` The ${SERIES} most frequent classes of ${shown.length + rest}.` : ""}`,
    legend: [
      ...shown.map((k, i) => ({
        name: `${nameOf(k)} ${rate(perClass[k]?.averagePrecision ?? NaN, 2)}`,
        color: seriesColor(i),
      })),
      ...(shown.length > 1
        ? [{ name: `all detections ${rate(pooled.averagePrecision, 2)}`, color: "ink" as const }]
        : []),
    ],
    label: curveSummary(analysis, shown),
    specs: [precisionRecallPlot(analysis, shown)],
  };
}

function confidenceCurves(analysis: DetectionAnalysis, confidence: number): Draft | undefined {
  const { best, truths } = analysis.curves.pooled;
  if (truths === 0 || analysis.calibration === null) return undefined;
  return {
    title: "Where to set the threshold",
    note: `F1 is highest, ${rate(best.f1)}, at confidence ${rate(confidence, 2)} (dashed). Lower finds more, higher is right more often.`,
    legend: [
      { name: "precision", color: "series0" },
      { name: "recall", color: "series1" },
      { name: "F1", color: "series2" },
    ],
    label: `Precision, recall and F1 against the confidence threshold. F1 is highest at ${rate(confidence, 2)}.`,
    specs: [confidencePlot(analysis, confidence)],
  };
}

function errors({ tide }: DetectionAnalysis): Draft | undefined {
  if (!Number.isFinite(tide.AP50)) return undefined;
  const bars = (Object.keys(ERROR_NAMES) as TideErrorType[]).map((type) => {
    const { count: times, dAP } = tide.errors[type];
    const text = `${points(dAP)} (${compact(times)})`;
    return { type, label: ERROR_NAMES[type], count: times, points: dAP * 100, text };
  });
  return {
    title: "What the errors cost",
    note: `AP50 is ${rate(tide.AP50)}. Each bar: the points gained if this kind of error alone never happened, and in brackets how often it does, at any confidence. They do not add up.`,
    legend: [],
    label: `AP50 points lost: ${bars.map(({ label, text }) => `${label} ${text}`).join(", ")}.`,
    specs: [tidePlot(bars)],
  };
}

function confusion(analysis: DetectionAnalysis): Draft | undefined {
  const { matrix, classes, confidence } = analysis.confusion;
  const shown = mostConfused(matrix).slice(0, CONFUSED);
  if (shown.length === 0) return undefined;
  const kept = [...shown.sort((a, b) => a - b), classes.length];
  const cells = kept.map((row) => kept.map((column) => matrix[row]?.[column] ?? 0));
  const labels = kept.map((k) => classes[k] ?? "nothing");
  const left = classes.length - shown.length;
  const correct = shown.reduce((sum, k) => sum + (matrix[k]?.[k] ?? 0), 0);
  return {
    title: "What is taken for what",
    note:
      `At confidence ${rate(confidence, 2)}. A row is what is really there, a column what was reported; darker is a larger share of the row.` +
      (left > 0 ? ` The ${shown.length} most confused classes of ${classes.length}.` : ""),
    legend: [],
    label: `Confusion matrix of ${labels.map((label) => shorten(label, 30)).join(", ")}: ${count(correct)} objects are reported as what they are.`,
    specs: [confusionPlot(cells, labels)],
  };
}

function sizes({ matches }: DetectionAnalysis, confidence: number): Draft | undefined {
  const bins = sizeHistogram(matches, confidence);
  if (bins.length === 0) return undefined;
  return {
    title: "By size of the object",
    note: `At confidence ${rate(confidence, 2)}. Lines are 95 % intervals: long ones rest on few objects.`,
    legend: [
      { name: "found", color: "right" },
      { name: "missed", color: "missed" },
    ],
    label: `Share of objects found by size: ${bins.map(({ from, to, recall }) => `${from} to ${to} pixels ${percent(recall.value)}`).join(", ")}.`,
    specs: [sizePlot(bins)],
  };
}

function scores({ matches }: DetectionAnalysis, confidence: number, thresholds: readonly number[]): Draft | undefined {
  const bins = scoreHistogram(matches, thresholds);
  if (bins.every(({ right, wrong }) => right + wrong === 0)) return undefined;
  return {
    title: "Scores of right and wrong detections",
    note: "A threshold (dashed) works well where the right ones lie to its right and the wrong ones to its left. The two scales differ.",
    legend: [
      { name: "right", color: "right" },
      { name: "wrong", color: "wrong" },
    ],
    label: "Histograms of the scores of right and of wrong detections.",
    specs: [scorePlot(bins, confidence)],
  };
}

function calibration({ calibration: all }: DetectionAnalysis): Draft | undefined {
  if (all === null || all.pooled.detections === 0) return undefined;
  const { ECE, DECE, bins } = all.pooled;
  const gap = bins.reduce(
    (sum, { count: n, meanScore, accuracy }) => (n > 0 ? sum + n * (meanScore - accuracy) : sum),
    0,
  );
  const tendency =
    Math.abs(gap) / all.pooled.detections < 0.02 ? "on average about right" : gap > 0 ? "too sure" : "too modest";
  const boxError = Number.isFinite(DECE) ? `, D-ECE ${rate(DECE)}` : "";
  return {
    title: "Do the scores keep their promise?",
    note: `On the dashed line, 8 of 10 detections of score 0.8 are right. Scores are ${tendency} (expected calibration error ${rate(ECE)}${boxError}). Lines are 95 % intervals.`,
    legend: [],
    label: `Reliability diagram; expected calibration error ${rate(ECE)}.`,
    specs: [calibrationPlot(bins)],
  };
}

function averageRecall(analysis: DetectionAnalysis): Draft | undefined {
  const { proposals, averageRecall: recalls } = analysis.averageRecall;
  if (!recalls.some(Number.isFinite)) return undefined;
  return {
    title: "How many detections are needed",
    note: "The share of objects found, as more detections of each class in an image are looked at, the surest first.",
    legend: [],
    label: `Average recall: ${proposals.map((n, i) => `${n} detections ${rate(recalls[i] ?? NaN)}`).join(", ")}.`,
    specs: [averageRecallPlot(analysis)],
  };
}

function sliced({ slices, coco }: DetectionAnalysis): Draft | undefined {
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
    note: `AP50 of objects and images of one kind, and in brackets how many objects these are; the dashed line is that of all, ${rate(coco.AP50)}.`,
    legend: [],
    label: `AP50 by parts of the data. ${words.join("; ")}.`,
    specs: groups.map((group) => slicePlot(group, coco.AP50)),
  };
}

function compared({ against, difference }: { against: string; difference: CocoComparison }): Draft {
  return {
    title: `Against ${shorten(against, 40)}`,
    note: `Differences with their ${percent(difference.level)} intervals, from the same images for both. An interval that includes 0 shows no difference.`,
    legend: [],
    label: `AP differs by ${points(difference.AP.value)} points.`,
    specs: [comparisonPlot(difference)],
  };
}

function trained(training: readonly TrainingRecord[]): Draft {
  const kept = training.findLast(({ best }) => best) ?? training[0];
  return {
    title: "How the training went",
    note: `The best weights are of epoch ${(kept?.epoch ?? 0).toFixed(1)}, AP ${rate(kept?.AP ?? NaN)}. The two scales differ.`,
    legend: [
      { name: "AP", color: "series0" },
      { name: "AP50", color: "series2" },
      { name: "training loss", color: "series1" },
    ],
    label: `AP on the validation images: ${training.map(({ epoch, AP }) => `${rate(AP)} after epoch ${epoch.toFixed(1)}`).join(", ")}.`,
    specs: [trainingPlot(training)],
  };
}

/** Classes with objects, the most frequent first. */
function mostFrequent({ curves: { perClass } }: DetectionAnalysis, most: number): number[] {
  return perClass
    .filter(({ truths }) => truths > 0)
    .sort((a, b) => b.truths - a.truths)
    .slice(0, most)
    .map((one) => one.class);
}

/** Classes that occur, those first that are most often taken for others or others for them. */
function mostConfused(matrix: readonly (readonly number[])[]): number[] {
  const classes = matrix.length - 1;
  const confused = Array.from({ length: classes }, (_, k) => {
    const row = matrix[k] ?? [];
    const others = matrix.slice(0, classes).reduce((sum, other, j) => (j === k ? sum : sum + (other[k] ?? 0)), 0);
    const total = matrix.reduce((sum, other) => sum + (other[k] ?? 0), 0) + row.reduce((sum, value) => sum + value, 0);
    return {
      k,
      total,
      errors: others + row.reduce((sum, value, j) => (j === k || j === classes ? sum : sum + value), 0),
    };
  });
  return confused
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.errors - a.errors || b.total - a.total)
    .map(({ k }) => k);
}
