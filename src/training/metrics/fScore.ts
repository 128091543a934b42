import * as tf from "@tensorflow/tfjs";
import { sum } from "../../base/statistics.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { EPSILON } from "../losses/loss.ts";
import { matchedRows, type Metric, metricOf, summed } from "./metric.ts";

export interface F1Options {
  /**
   * How the scores of the classes become one: their mean (`macro`, the default), their mean weighted by how many samples
   * each class has (`weighted`), or one score of all counts together (`micro`). Keras's default is a score for each class.
   */
  average?: "micro" | "macro" | "weighted";
  /** Which predictions are positive: those above this; the highest of each row unless told, so give one for one column. */
  threshold?: number;
}

export interface FBetaOptions extends F1Options {
  /** How much more recall counts than precision (default 1). */
  beta?: number;
}

/** The harmonic mean of precision and recall: Keras's `f1_score`. See {@link fBetaScore}. */
export function f1Score(options: F1Options = {}): Metric {
  return fScore("f1_score", { ...options, beta: 1 });
}

/**
 * (1 + beta²) precision * recall / (beta² precision + recall) of each class: Keras's `fbeta_score` (Chinchor, 1992).
 *
 * target of 0 and 1 and prediction [batch, …, classes]
 */
export function fBetaScore(options: FBetaOptions = {}): Metric {
  return fScore("fbeta_score", options);
}

function fScore(name: string, { average = "macro", threshold, beta = 1 }: FBetaOptions): Metric {
  if (!["micro", "macro", "weighted"].includes(average)) {
    throw new AnchorkitError(`${name}: average is "${average}"; give micro, macro or weighted, which make one number`);
  }
  if (threshold !== undefined && !(threshold > 0 && threshold <= 1)) {
    throw new AnchorkitError(`${name}: threshold is ${threshold}; give more than 0, and 1 at most`);
  }
  if (!(beta > 0 && beta < Infinity)) throw new AnchorkitError(`${name}: beta is ${beta}; give more than 0`);
  return metricOf({
    name,
    better: "higher",
    sums(target, prediction, weights) {
      const { target: t, prediction: p, weights: w } = matchedRows(name, target, prediction, weights);
      const positive = (threshold === undefined ? isHighest(p) : p.greater(threshold)).toFloat();
      return {
        truePositives: positive.mul(t).mul(w).sum(0),
        predicted: positive.mul(w).sum(0),
        actual: t.mul(w).sum(0),
      };
    },
    value(sums) {
      const scoreOf = (truePositives: number, predicted: number, actual: number): number => {
        const [precision, recall] = [truePositives / (predicted + EPSILON), truePositives / (actual + EPSILON)];
        return ((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall + EPSILON);
      };
      const [right, predicted, actual] = ["truePositives", "predicted", "actual"].map((key) => summed(sums, key)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      if (average === "micro") return scoreOf(sum(right), sum(predicted), sum(actual));
      const scores = Array.from(right, (count, i) => scoreOf(count, predicted[i] ?? NaN, actual[i] ?? NaN));
      if (average === "macro") return sum(scores) / scores.length;
      return sum(scores.map((score, i) => score * (actual[i] ?? NaN))) / (sum(actual) + EPSILON);
    },
  });
}

/** True at the highest of each row, at all of them if several are, and never at 0. */
function isHighest(rows: tf.Tensor2D): tf.Tensor {
  return rows.greaterEqual(rows.max(-1, true)).logicalAnd(rows.abs().greater(1e-9));
}
