import { classifierNumbers, joinedRows } from "../../metrics/classification/classifierNumbers.ts";
import { evaluateClassifier, type ClassifierMetrics } from "../../metrics/classification/evaluateClassifier.ts";
import type { Validation } from "../../training/task.ts";
import type { LabelledClip } from "./classifyLabelled.ts";

/** Everything that was measured of a classifier of clips. */
export interface ClipEvaluation {
  /** The metrics by Keras's names, in the order in which people want to see them. */
  metrics: Record<string, number>;
  single: ClassifierMetrics;
}

/** Everything that a classifier is judged by, on labelled clips or frames that it has looked at. */
export function measureClips(found: readonly LabelledClip[], classes: readonly string[]): ClipEvaluation {
  const labels = found.map(({ labels: [label = 0] }) => label);
  const single = evaluateClassifier(labels, joinedRows(found), classes);
  return { metrics: classifierNumbers(single), single };
}

/** The same in short, as training needs it; accuracy is the score. */
export function validationOf({ metrics, single }: ClipEvaluation): Validation {
  return {
    ...{ score: single.accuracy, metrics, loss: single.logLoss },
    examples: { confusion: single.confusion },
  };
}
