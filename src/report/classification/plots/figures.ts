import { count } from "../../../base/words.ts";
import { mean } from "../../../base/statistics.ts";
import { expectedCalibrationError, reliability, type ReliabilityBin } from "../../../metrics/calibration.ts";
import type { ClassifierMetrics, MultiLabelMetrics } from "../../../metrics/index.ts";
import { calibrationPlot } from "../../page/calibrationPlot.ts";
import { confusedPart, confusionPlot } from "../../page/confusionPlot.ts";
import { drawFigures, type Figure, type FigureDraft } from "../../page/figure.ts";
import { PLOT_WIDTH } from "../../page/plot.ts";
import { rate, shorten } from "../../page/text.ts";
import { SERIES, seriesColor } from "../../page/theme.ts";
import { progressFigures } from "../../page/progressFigure.ts";
import { trainingFigure } from "../../page/trainingFigure.ts";
import { type LabelAnswer, labelAnswersOf } from "../answers.ts";
import type { ClassifierReportInput } from "../input.ts";
import { RATES, ratePlot } from "../../page/ratePlot.ts";
import { classThresholdPlot, sharedThresholdPlot, thresholdPoints } from "./thresholdPlot.ts";

/** More classes make no confusion matrix that can be read; up to the second number one as wide as others does. */
const [MOST_CONFUSED, NARROW] = [40, 10];
/** More classes are not drawn by their rates. */
const MOST_RATES = 20;

/** All plots of an evaluation, in the order in which they are looked at. */
export async function figuresOf({
  evaluation,
  images,
  training = [],
  progress,
  noun = "image",
}: ClassifierReportInput): Promise<Figure[]> {
  const { single, multiLabel } = evaluation;
  const answers = multiLabel ? labelAnswersOf(images, multiLabel.perClass) : [];
  const drafts = [
    single && confusion(single, noun),
    single && calibration(single.calibration.bins, "answers", "probability of the answer"),
    multiLabel && sharedThreshold(answers, multiLabel),
    multiLabel && classThresholds(answers, multiLabel),
    multiLabel && calibration(labelReliability(answers), "labels", "probability of a label"),
    single && rates(single, "Low precision: others are taken for it. Low recall: it is taken for others."),
    multiLabel && rates(multiLabel, "Low precision: it is named where it is not. Low recall: it is missed."),
    trainingFigure(training, single ? SINGLE_SCORES : MULTI_LABEL_SCORES),
  ].filter((draft) => draft !== undefined);
  return [...(await drawFigures(drafts)), ...progressFigures(progress)];
}

const SINGLE_SCORES = [
  { key: "accuracy", name: "accuracy" },
  { key: "f1_score", name: "macro F1" },
] as const;

const MULTI_LABEL_SCORES = [
  { key: "mean_average_precision", name: "mean average precision" },
  { key: "f1_score", name: "macro F1" },
] as const;

function confusion({ confusion: matrix, perClass }: ClassifierMetrics, noun: string): FigureDraft | undefined {
  const shown = confusedPart(matrix, perClass, MOST_CONFUSED);
  if (!shown) return undefined;
  const { cells, labels, right } = shown;
  const part =
    labels.length < perClass.length ? ` The ${labels.length} most confused classes of ${perClass.length}.` : "";
  const width = labels.length <= NARROW ? PLOT_WIDTH : 130 + 24 * labels.length;
  return {
    title: "What is mistaken for what",
    note: `A row is what ${noun}s show, a column is what they were taken for; a darker cell is a larger share of its row.${part}`,
    legend: [],
    label: `Confusion matrix of ${labels.map((label) => shorten(label, 30)).join(", ")}: ${count(right)} ${noun}s are taken for what they show.`,
    specs: [confusionPlot(cells, labels, { column: "taken for", width })],
    ...(width > PLOT_WIDTH && { width }),
  };
}

function calibration(bins: readonly ReliabilityBin[], what: string, axis: string): FigureDraft {
  const ECE = rate(expectedCalibrationError(bins));
  const coming = what === "answers" ? "are right" : "are there";
  return {
    title: "Do the probabilities keep their promise?",
    note: `On the dashed line, 8 of 10 ${what} with a probability of 0.8 ${coming}; below it, it is too sure. Expected calibration error ${ECE}. Lines are 95% intervals.`,
    legend: [],
    label: `Reliability diagram; expected calibration error ${ECE}.`,
    specs: [calibrationPlot(bins, axis, `share that ${coming === "are right" ? "is right" : "is there"}`)],
  };
}

function labelReliability(answers: readonly LabelAnswer[]): ReliabilityBin[] {
  return reliability(
    answers.map(({ probability }) => probability),
    answers.map(({ there }) => there),
  );
}

function rates(metrics: ClassifierMetrics | MultiLabelMetrics, words: string): FigureDraft | undefined {
  const known = metrics.perClass.filter(({ support }) => support > 0);
  if (known.length === 0) return undefined;
  const shown = known.toSorted((a, b) => a.f1 - b.f1).slice(0, MOST_RATES);
  const part = shown.length < known.length ? ` The ${shown.length} lowest of ${known.length}.` : "";
  return {
    title: "Precision and recall of each class",
    note: `Lowest F1 first.${part} ${words}`,
    legend: [
      { name: "precision", color: RATES.precision },
      { name: "recall", color: RATES.recall },
      { name: "F1", color: RATES.f1 },
    ],
    label: `F1 of each class: ${shown.map(({ name, f1 }) => `${shorten(name, 30)} ${rate(f1, 2)}`).join(", ")}.`,
    specs: [ratePlot(shown)],
  };
}

function sharedThreshold(answers: readonly LabelAnswer[], { micro }: MultiLabelMetrics): FigureDraft | undefined {
  const points = thresholdPoints(answers);
  if (points.length === 0) return undefined;
  const best = points.reduce((a, b) => (b.f1 > a.f1 ? b : a));
  return {
    title: "One threshold for all classes",
    note: `F1 of all labels together would be highest, ${rate(best.f1)}, at ${rate(best.threshold, 2)}; with the thresholds that it has it is ${rate(micro.f1)}. A lower threshold finds more; a higher one is right more often.`,
    legend: [
      { name: "precision", color: RATES.precision },
      { name: "recall", color: RATES.recall },
      { name: "F1", color: RATES.f1 },
    ],
    label: `Precision, recall and F1 against the threshold. F1 is highest at ${rate(best.threshold, 2)}.`,
    specs: [sharedThresholdPlot(points)],
  };
}

function classThresholds(answers: readonly LabelAnswer[], { perClass }: MultiLabelMetrics): FigureDraft | undefined {
  const known = perClass.filter(({ support }) => support > 0).sort((a, b) => b.support - a.support);
  if (known.length === 0) return undefined;
  const lines = known.slice(0, SERIES).map(({ class: k, name, threshold, f1 }, i) => {
    const points = thresholdPoints(answers.filter((answer) => answer.class === k));
    return { points, name, threshold, f1, color: seriesColor(i) };
  });
  const part = lines.length < known.length ? ` The ${lines.length} most frequent classes of ${known.length}.` : "";
  return {
    title: "The threshold of each class",
    note: `F1 against the threshold; a dot is the threshold that the model has.${part} On average it is ${rate(mean(perClass.map(({ threshold }) => threshold)), 2)}.`,
    legend: lines.map(({ name, threshold, color }) => ({ name: `${shorten(name, 28)} ${rate(threshold, 2)}`, color })),
    label: `F1 against the threshold of each class. Thresholds: ${lines.map(({ name, threshold }) => `${shorten(name, 30)} ${rate(threshold, 2)}`).join(", ")}.`,
    specs: [classThresholdPlot(lines)],
  };
}
