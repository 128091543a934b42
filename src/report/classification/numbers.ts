import { sum } from "../../base/statistics.ts";
import type { ClassifierEvaluation } from "../../classification/measure.ts";

/** What numbers are called, and what else they are called elsewhere. */
export interface NamedNumber {
  name: string;
  value: number;
}

/** Every number over all classes: those of Keras by its names, then those of scikit-learn that it has none for. */
export function allNumbers({ metrics, single, multiLabel }: ClassifierEvaluation): NamedNumber[] {
  const more = single
    ? {
        balanced_accuracy: single.balancedAccuracy,
        cohen_kappa: single.cohenKappa,
        matthews_corrcoef: single.matthewsCorrelation,
        brier_score: single.brierScore,
        expected_calibration_error: single.calibration.expectedCalibrationError,
      }
    : multiLabel
      ? {
          precision_micro: multiLabel.micro.precision,
          recall_micro: multiLabel.micro.recall,
          f1_micro: multiLabel.micro.f1,
        }
      : {};
  return Object.entries({ ...metrics, ...more }).map(([name, value]) => ({ name, value }));
}

/**
 * The log loss, in nats, of one who knows how frequent the classes are and nothing else: what a model must stay under.
 * Of classes of which each image has one, or which are there or not, each by itself.
 */
export function lossOfGuessing(supports: readonly number[], images: number, multiLabel: boolean): number {
  const part = (share: number): number => (share > 0 ? -share * Math.log(share) : 0);
  const shares = supports.map((support) => support / images);
  if (!multiLabel) return sum(shares.map(part));
  return sum(shares.map((share) => part(share) + part(1 - share))) / shares.length;
}
