import type { DetectionAnalysis } from "../../../metrics/detection/analysis.ts";
import { calibrationPlot } from "../../page/calibrationPlot.ts";
import type { FigureDraft as Draft } from "../../page/figure.ts";
import { rate, shorten } from "../../page/text.ts";
import { confidenceText } from "../thresholds.ts";
import { SERIES, seriesColor } from "../../page/theme.ts";
import { averageRecallPlot, confidencePlot, curveSummary, precisionRecallPlot } from "./curvePlots.ts";

export function curves(analysis: DetectionAnalysis): Draft | undefined {
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

export function confidenceCurves(analysis: DetectionAnalysis, confidence: number): Draft | undefined {
  const { best, truths } = analysis.curves.pooled;
  if (truths === 0 || analysis.calibration === null) return undefined;
  return {
    title: "Where to set the threshold",
    note: `F1 is highest, ${rate(best.f1)}, at confidence ${confidenceText(confidence)} (dashed). A lower threshold finds more; a higher one is right more often.`,
    legend: [
      { name: "precision", color: "series0" },
      { name: "recall", color: "series1" },
      { name: "F1", color: "series2" },
    ],
    label: `Precision, recall and F1 against the confidence threshold. F1 is highest at ${confidenceText(confidence)}.`,
    specs: [confidencePlot(analysis, confidence)],
  };
}

export function calibration({ calibration: all }: DetectionAnalysis): Draft | undefined {
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
    note: `On the dashed line, 8 of 10 detections with a score of 0.8 are right. Scores are ${tendency} (expected calibration error ${rate(ECE)}${boxError}). Lines are 95% intervals.`,
    legend: [],
    label: `Reliability diagram; expected calibration error ${rate(ECE)}.`,
    specs: [calibrationPlot(bins)],
  };
}

export function averageRecall(analysis: DetectionAnalysis): Draft | undefined {
  const { proposals, averageRecall: recalls } = analysis.averageRecall;
  if (!recalls.some(Number.isFinite)) return undefined;
  return {
    title: "How many detections are needed",
    note: "The share of objects found as more detections per class and image are looked at, the surest first.",
    legend: [],
    label: `Average recall: ${proposals.map((n, i) => `${n} detections ${rate(recalls[i] ?? NaN)}`).join(", ")}.`,
    specs: [averageRecallPlot(analysis)],
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
