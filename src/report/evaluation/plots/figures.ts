import type { DetectionAnalysis } from "../../../metrics/detection/analysis.ts";
import { drawFigures, type Figure, type FigureDraft as Draft } from "../../page/figure.ts";
import { percent } from "../../page/text.ts";
import { progressFigures } from "../../page/progressFigure.ts";
import { trainingFigure } from "../../page/trainingFigure.ts";
import type { EvaluationReportInput } from "../input.ts";
import { confidenceText } from "../thresholds.ts";
import { averageRecall, calibration, confidenceCurves, curves } from "./curveFigures.ts";
import { compared, confusion, errors, sliced } from "./errorFigures.ts";
import { scorePlot, sizePlot } from "./histogramPlots.ts";
import { scoreHistogram, sizeHistogram } from "./histograms.ts";

/** All plots of an analysis at a confidence threshold. `thresholds` is the slider's range. */
export async function figuresOf(
  analysis: DetectionAnalysis,
  confidence: number,
  thresholds: readonly number[],
  { comparison, training = [], progress }: Pick<EvaluationReportInput, "comparison" | "training" | "progress"> = {},
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
    trainingFigure(training, [
      { key: "AP", name: "AP" },
      { key: "AP50", name: "AP50" },
    ]),
    sliced(analysis),
  ].filter((draft) => draft !== undefined);
  return [...(await drawFigures(drafts)), ...progressFigures(progress)];
}

function sizes({ matches }: DetectionAnalysis, confidence: number): Draft | undefined {
  const bins = sizeHistogram(matches, confidence);
  if (bins.length === 0) return undefined;
  return {
    title: "By object size",
    note: `At confidence ${confidenceText(confidence)}. Lines are 95% intervals: long ones rest on few objects.`,
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
    note: "A threshold (dashed) works well if the right ones lie to its right and the wrong ones to its left. The two scales differ.",
    legend: [
      { name: "right", color: "right" },
      { name: "wrong", color: "wrong" },
    ],
    label: "Histograms of the scores of right and of wrong detections.",
    specs: [scorePlot(bins, confidence)],
  };
}
