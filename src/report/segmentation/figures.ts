import { count } from "../../base/words.ts";
import type { SegmenterClassMetrics, SegmenterEvaluation } from "../../segmentation/measuring/measure.ts";
import { confusedPart, confusionPlot } from "../page/confusionPlot.ts";
import { drawFigures, type Figure, type FigureDraft } from "../page/figure.ts";
import { COLORS, PLOT_WIDTH, type PlotSpec, share } from "../page/plot.ts";
import { RATES, ratePlot } from "../page/ratePlot.ts";
import { rate, shorten } from "../page/text.ts";
import { progressFigures } from "../page/progressFigure.ts";
import { trainingFigure } from "../page/trainingFigure.ts";
import type { SegmentationReportInput } from "./input.ts";

/** More classes make no confusion matrix that can be read; up to the second number one as wide as others does. */
const [MOST_CONFUSED, NARROW] = [40, 8];
/** More classes are not drawn by their rates. */
const MOST_RATES = 20;
const BINS = 20;

/** All plots of an evaluation, in the order in which they are looked at. */
export async function figuresOf({ evaluation, training = [], progress }: SegmentationReportInput): Promise<Figure[]> {
  const drafts = [
    confusion(evaluation),
    rates(evaluation.perClass),
    imageIous(evaluation.images.map(({ iou }) => iou)),
    trainingFigure(training, [
      { key: "mean_iou", name: "mean IoU" },
      { key: "boundary_f1", name: "boundary F1" },
    ]),
  ].filter((draft) => draft !== undefined);
  return [...(await drawFigures(drafts)), ...progressFigures(progress)];
}

function confusion({ confusion: matrix, perClass }: SegmenterEvaluation): FigureDraft | undefined {
  const shown = confusedPart(matrix, perClass, MOST_CONFUSED);
  if (!shown) return undefined;
  const { cells, labels, right } = shown;
  const part = labels.length < perClass.length ? ` The ${labels.length} most confused of ${perClass.length}.` : "";
  const width = labels.length <= NARROW ? PLOT_WIDTH : 130 + 26 * labels.length;
  return {
    title: "What is mistaken for what",
    note: `Pixels: a row is what they are, a column what they were taken for; a darker cell is a larger share of its row.${part}`,
    legend: [],
    label: `Confusion matrix of ${labels.map((label) => shorten(label, 30)).join(", ")}: ${count(right)} pixels are right.`,
    specs: [confusionPlot(cells, labels, { column: "taken for", width })],
    ...(width > PLOT_WIDTH && { width }),
  };
}

function rates(perClass: readonly SegmenterClassMetrics[]): FigureDraft | undefined {
  const known = perClass.filter(({ truthPixels }) => truthPixels > 0);
  if (known.length === 0) return undefined;
  const shown = known.toSorted((a, b) => a.dice - b.dice).slice(0, MOST_RATES);
  const part = shown.length < known.length ? ` The ${shown.length} lowest of ${known.length}.` : "";
  return {
    title: "Too much, or too little",
    note: `Lowest Dice first.${part} Low precision: too many pixels are called so. Low accuracy: too few.`,
    legend: [
      { name: "precision", color: RATES.precision },
      { name: "accuracy (recall)", color: RATES.recall },
      { name: "Dice (F1)", color: RATES.f1 },
    ],
    label: `Dice of each class: ${shown.map(({ name, dice }) => `${shorten(name, 30)} ${rate(dice, 2)}`).join(", ")}.`,
    specs: [
      ratePlot(
        shown.map(({ name, precision, accuracy, dice }) => ({
          ...{ name, precision: Number.isNaN(precision) ? 0 : precision, recall: accuracy, f1: dice },
        })),
      ),
    ],
  };
}

function imageIous(all: readonly number[]): FigureDraft | undefined {
  const ious = all.filter((iou) => !Number.isNaN(iou));
  if (ious.length < 2) return undefined;
  const counts = new Array<number>(BINS).fill(0);
  for (const iou of ious) (counts[Math.min(BINS - 1, Math.floor(iou * BINS))] as number)++;
  const sorted = ious.toSorted((a, b) => a - b);
  const middle = sorted[sorted.length >> 1] ?? NaN;
  const left = all.length - ious.length;
  const without = left === 0 ? "" : ` ${count(left)} of ${count(all.length)} have no class, labelled or found.`;
  return {
    title: "How even it is over images",
    note: `Images by their IoU (the mean of the classes that they show, without the background). Half of them reach ${rate(middle, 2)}.${without}`,
    legend: [],
    label: `Histogram of the IoU of ${count(ious.length)} images, from ${rate(sorted[0] ?? NaN, 2)} to ${rate(sorted.at(-1) ?? NaN, 2)}; half of them reach ${rate(middle, 2)}.`,
    specs: [iouPlot(counts)],
  };
}

function iouPlot(counts: readonly number[]): PlotSpec {
  return {
    data: { values: counts.map((images, i) => ({ from: i / BINS, to: (i + 1) / BINS, images })) },
    mark: { type: "rect", color: COLORS.series0, stroke: COLORS.card, strokeWidth: 1 },
    encoding: {
      x: { field: "from", ...share("IoU of an image") },
      x2: { field: "to" },
      y: { field: "images", type: "quantitative", title: "images", axis: { tickMinStep: 1, format: "d" } },
      y2: { datum: 0 },
    },
  };
}
