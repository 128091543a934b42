import type { FigureDraft } from "./figure.ts";
import { asGiven, COLORS, PLOT_WIDTH, type PlotSpec, share } from "./plot.ts";
import { rate } from "./text.ts";
import { type ColorName, seriesColor } from "./theme.ts";

/** One measurement during a training. */
export interface TrainingRecord {
  /** How many steps were done; runs of old do not say. */
  step?: number;
  epoch: number;
  /** Mean training loss since the measurement before. */
  loss: number;
  /** On the validation images; runs of old do not say. */
  validationLoss?: number;
  /** Of the validation images, by their names. */
  metrics: Readonly<Record<string, number>>;
  /** Better than all before: these weights were kept. */
  best: boolean;
}

/** A number to follow through a training. */
export interface FollowedScore {
  /** Its name in `metrics`. */
  key: string;
  /** What it is called. */
  name: string;
}

/** Up to two scores, then the two losses: colours that are not mixed up with one another. */
const SCORE_COLORS: readonly ColorName[] = [seriesColor(0), seriesColor(2)];
const [TRAINING, VALIDATION]: readonly [ColorName, ColorName] = ["series1", "series3"];

/**
 * Scores on the validation images over the epochs, and under them the loss in training and on those images; undefined
 * for less than two measurements. The first of the scores is the one that decides which weights are the best.
 *
 * @param scale `share` for scores of 0 to 1, `free` for others
 */
export function trainingFigure(
  training: readonly TrainingRecord[],
  scores: readonly [FollowedScore, ...FollowedScore[]],
  scale: "share" | "free" = "share",
): FigureDraft | undefined {
  if (training.length < 2) return undefined;
  const [{ key, name }] = scores;
  const kept = training.findLast(({ best }) => best) ?? training[0];
  const held = training.some(({ validationLoss }) => validationLoss !== undefined);
  const legend = scores.map((score, i) => ({ name: score.name, color: SCORE_COLORS[i] ?? seriesColor(4 + i) }));
  const scored = (record: TrainingRecord | undefined): string => rate(record?.metrics[key] ?? NaN);
  return {
    title: "How the training went",
    note: `The best weights are those after epoch ${(kept?.epoch ?? 0).toFixed(1)}, with ${name} ${scored(kept)}. The two scales differ.`,
    legend: [
      ...legend,
      { name: "training loss", color: TRAINING },
      ...(held ? [{ name: "validation loss", color: VALIDATION }] : []),
    ],
    label: `${name} on the validation data: ${training.map((one) => `${scored(one)} after epoch ${one.epoch.toFixed(1)}`).join(", ")}.`,
    specs: [
      trainingPlot(
        training,
        scores.map((score, i) => ({ key: score.key, color: legend[i]?.color ?? "ink" })),
        scale === "share" ? share("on validation data") : { type: "quantitative", title: "on validation data" },
      ),
    ],
  };
}

function trainingPlot(
  training: readonly TrainingRecord[],
  scores: readonly { key: string; color: ColorName }[],
  y: object,
): PlotSpec {
  const x = { field: "epoch", type: "quantitative", title: "epoch", axis: { grid: false } };
  const followed = training.flatMap(({ epoch, metrics }) =>
    scores.map(({ key, color }) => ({ epoch, value: metrics[key] ?? NaN, color: COLORS[color] })),
  );
  const losses = training.flatMap(({ epoch, loss, validationLoss = NaN }) => [
    { epoch, value: loss, color: COLORS[TRAINING] },
    { epoch, value: validationLoss, color: COLORS[VALIDATION] },
  ]);
  const point = { filled: true, size: 35 };
  return {
    vconcat: [
      {
        ...{ width: PLOT_WIDTH - 60, height: 140 },
        data: { values: followed.filter(({ value }) => Number.isFinite(value)) },
        mark: { type: "line", point },
        encoding: {
          x: { ...x, title: null },
          y: { field: "value", ...y },
          color: asGiven("color"),
        },
      },
      {
        ...{ width: PLOT_WIDTH - 60, height: 60 },
        data: { values: losses.filter(({ value }) => Number.isFinite(value)) },
        mark: { type: "line", point },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", title: "loss", axis: { tickCount: 3 } },
          color: asGiven("color"),
        },
      },
    ],
    autosize: { type: "pad" },
    width: undefined,
    height: undefined,
  };
}
