import type { LabelAnswer } from "../answers.ts";
import { asGiven, COLORS, type PlotSpec, share } from "../../page/plot.ts";
import type { ColorName } from "../../page/theme.ts";
import { RATES } from "../../page/ratePlot.ts";

/** What the answers come to where one threshold decides whether a class is there. */
export interface ThresholdPoint {
  threshold: number;
  /** NaN where nothing is named. */
  precision: number;
  recall: number;
  f1: number;
}

/** Precision, recall and F1 of some answers at 0.01, 0.02 … 0.99; none where no label is there. */
export function thresholdPoints(answers: readonly Pick<LabelAnswer, "there" | "probability">[]): ThresholdPoint[] {
  const [named, hits] = [new Uint32Array(STEPS + 1), new Uint32Array(STEPS + 1)]; // by the last threshold passed
  for (const { there, probability } of answers) {
    const passed = lastPassed(probability);
    named[passed] = (named[passed] ?? 0) + 1;
    if (there) hits[passed] = (hits[passed] ?? 0) + 1;
  }
  const total = hits.reduce((sum, n) => sum + n, 0);
  if (total === 0) return [];
  const points: ThresholdPoint[] = [];
  let [n, right] = [0, 0];
  for (let i = STEPS; i > 0; i--) {
    n += named[i] ?? 0;
    right += hits[i] ?? 0;
    if (i === STEPS) continue; // a threshold of 1 names next to nothing
    points.push({ threshold: i / STEPS, precision: right / n, recall: right / total, f1: (2 * right) / (n + total) });
  }
  return points.reverse();
}

const STEPS = 100;

/** The highest i from 0 to STEPS with i / STEPS <= probability. */
function lastPassed(probability: number): number {
  const near = Math.min(STEPS, Math.round(probability * STEPS));
  return near / STEPS <= probability ? near : near - 1;
}

const x = { field: "threshold", ...share("threshold") };

/** Precision, recall and F1 of all answers together, against a threshold that all classes share. */
export function sharedThresholdPlot(points: readonly ThresholdPoint[]): PlotSpec {
  const kinds = Object.keys(RATES) as (keyof typeof RATES)[];
  const values = kinds.flatMap((kind) =>
    points
      .map((point) => ({ threshold: point.threshold, value: point[kind], kind, color: COLORS[RATES[kind]] }))
      .filter(({ value }) => Number.isFinite(value)),
  );
  return {
    data: { values },
    mark: "line",
    encoding: {
      x,
      y: { field: "value", ...share("") },
      color: asGiven("color"),
      detail: { field: "kind", type: "nominal" },
      strokeWidth: { condition: { test: "datum.kind === 'f1'", value: 3 }, value: 1.75 },
    },
  };
}

/** F1 of some classes against the threshold, with a dot where each has its own. */
export function classThresholdPlot(
  classes: readonly { points: readonly ThresholdPoint[]; threshold: number; f1: number; color: ColorName }[],
): PlotSpec {
  const y = { field: "f1", ...share("F1") };
  return {
    layer: [
      {
        data: {
          values: classes.flatMap(({ points, color }, line) =>
            points.map(({ threshold, f1 }) => ({ threshold, f1, line, color: COLORS[color] })),
          ),
        },
        mark: { type: "line", strokeWidth: 1.75 },
        encoding: { x, y, color: asGiven("color"), detail: { field: "line", type: "nominal" } },
      },
      {
        data: { values: classes.map(({ threshold, f1, color }) => ({ threshold, f1, color: COLORS[color] })) },
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: { x, y, color: asGiven("color") },
      },
    ],
  };
}
