import { byName } from "../../data/files.ts";
import { expectedCalibrationError, reliability } from "../../metrics/calibration.ts";
import type { TextMetrics } from "../../metrics/text/evaluateText.ts";
import { calibrationPlot } from "../page/calibrationPlot.ts";
import { confusionPlot } from "../page/confusionPlot.ts";
import { drawFigures, type Figure, type FigureDraft } from "../page/figure.ts";
import { PLOT_WIDTH } from "../page/plot.ts";
import { rate } from "../page/text.ts";
import { trainingFigure } from "../page/trainingFigure.ts";
import type { ReaderReportInput } from "./input.ts";

/** Characters in the confusion matrix, at most; up to the second number it is as wide as other plots. */
const [MOST_CHARACTERS, NARROW] = [24, 10];

/** All plots of an evaluation, in the order in which they are looked at. */
export async function figuresOf({ evaluation, images, training = [] }: ReaderReportInput): Promise<Figure[]> {
  const drafts = [
    confusion(evaluation.text),
    images.length > 0 ? calibration(images) : undefined,
    trainingFigure(training, [{ key: "exact", name: "texts without an error" }]),
  ];
  return drawFigures(drafts.filter((draft) => draft !== undefined));
}

/** What stands for no character: missed, or read where nothing stands. */
const NOTHING = "∅";

/** Errors alone: on the diagonal, what is right would outweigh all. */
function confusion({ confusions }: TextMetrics): FigureDraft | undefined {
  if (confusions.length === 0) return undefined;
  const errors = new Map<string, number>();
  for (const { truth, read, count } of confusions) {
    for (const one of [truth, read]) errors.set(one, (errors.get(one) ?? 0) + count);
  }
  const ranked = [...errors].sort((a, b) => b[1] - a[1] || byName(a[0], b[0])).map(([character]) => character);
  const characters = ranked.filter((one) => one !== "").slice(0, MOST_CHARACTERS).sort(byName); // prettier-ignore
  const all = [...characters, ""];
  const cells = all.map((truth) =>
    all.map((read) => confusions.find((one) => one.truth === truth && one.read === read)?.count ?? 0),
  );
  const labels = all.map((one) => (one === "" ? NOTHING : one === " " ? "␣" : one));
  const part = ranked.length > all.length ? ` The ${characters.length} characters with the most errors.` : "";
  const width = all.length <= NARROW ? PLOT_WIDTH : 130 + 24 * all.length;
  return {
    title: "What is mistaken for what",
    note: `Errors alone: a row is what stands there, a column what was read; ${NOTHING} is nothing: missed, or read where nothing stands.${part}`,
    legend: [],
    label: `Confusions of characters: ${confusions.slice(0, 10).map(({ truth, read, count }) => `${truth || NOTHING} read as ${read || NOTHING} ${count} times`).join(", ")}.`, // prettier-ignore
    specs: [confusionPlot(cells, labels, { column: "read as", background: true, width })],
    ...(width > PLOT_WIDTH && { width }),
  };
}

function calibration(images: ReaderReportInput["images"]): FigureDraft {
  const bins = reliability(
    images.map(({ confidence }) => confidence),
    images.map(({ text, truth }) => text === truth),
  );
  const ECE = rate(expectedCalibrationError(bins));
  return {
    title: "Does the confidence keep its promise?",
    note: `On the dashed line, 8 of 10 texts with a confidence of 0.8 are right; below it, it is too sure. Expected calibration error ${ECE}. Lines are 95% intervals.`,
    legend: [],
    label: `Reliability diagram; expected calibration error ${ECE}.`,
    specs: [calibrationPlot(bins, "confidence of the text", "share that is right")],
  };
}
