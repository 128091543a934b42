import type { MetricsLine } from "../../training/run/runFolder.ts";
import type { FigureDraft } from "../page/figure.ts";
import { asGiven, COLORS } from "../page/plot.ts";
import { rate, shorten } from "../page/text.ts";
import { SERIES, seriesColor } from "../page/theme.ts";
import type { NamedRun } from "./input.ts";

/** What is followed through a training. */
interface Course {
  title: string;
  note: string;
  /** What the axis says. */
  axis: string;
  valueOf: (line: MetricsLine) => number | null | undefined;
}

const COURSES: readonly Course[] = [
  {
    title: "Score on the validation images",
    note: "What decides which weights are kept as the best; the higher, the better.",
    axis: "score",
    valueOf: ({ score, metrics }) => score ?? metrics.AP,
  },
  {
    title: "Loss on the validation images",
    note: "Of a few fixed batches without augmentation. It rises again where a training learns its images by heart.",
    axis: "validation loss",
    valueOf: ({ validationLoss }) => validationLoss,
  },
  {
    title: "Training loss",
    note: "The mean since the validation before.",
    axis: "loss",
    valueOf: ({ loss }) => loss,
  },
  {
    title: "Learning rate",
    note: "At each validation.",
    axis: "learning rate",
    valueOf: ({ learningRate }) => learningRate,
  },
];

/** A plot for each of them that a run has, over the steps, with a line for each run. */
export function courseFigures(runs: readonly NamedRun[]): FigureDraft[] {
  const shown = bestOf(runs);
  const which = shown.length < runs.length ? ` The ${shown.length} best of ${runs.length} runs.` : "";
  return COURSES.flatMap(({ title, note, axis, valueOf }) => {
    const lines = shown.map((run, i) => ({ run, color: seriesColor(i), points: pointsOf(run, valueOf) }));
    const drawn = lines.filter(({ points }) => points.length > 0);
    if (drawn.length === 0) return [];
    const values = drawn.flatMap(({ color, points }) => points.map((point) => ({ ...point, color: COLORS[color] })));
    const last = drawn.map(({ run, points }) => `${shorten(run.name, 30)} ${rate(points.at(-1)?.value ?? NaN)}`);
    return {
      title,
      note: note + which,
      legend: drawn.map(({ run, color }) => ({ name: shorten(run.name, 40), color })),
      label: `${title} at the end: ${last.join(", ")}.`,
      specs: [
        {
          data: { values },
          mark: { type: "line", point: { filled: true, size: 30 } },
          encoding: {
            x: { field: "step", type: "quantitative", title: "steps", axis: { grid: false } },
            y: { field: "value", type: "quantitative", title: axis },
            color: asGiven("color"),
          },
        },
      ],
    };
  });
}

/** As many as there are colours, by their scores, in the order given. */
function bestOf(runs: readonly NamedRun[]): NamedRun[] {
  const scoreOf = ({ best }: NamedRun): number => best?.score ?? -Infinity;
  const best = new Set(runs.toSorted((a, b) => scoreOf(b) - scoreOf(a)).slice(0, SERIES));
  return runs.filter((run) => best.has(run));
}

function pointsOf({ history }: NamedRun, valueOf: Course["valueOf"]): { step: number; value: number }[] {
  return history.flatMap((line) => {
    const value = valueOf(line);
    return line.step === undefined || value == null || !Number.isFinite(value) ? [] : [{ step: line.step, value }];
  });
}
