import type { ImageRecord } from "../data/dataset.ts";
import { evaluateClassifier } from "../metrics/classification/evaluateClassifier.ts";
import type { Validation } from "../training/task.ts";
import type { Classification } from "./classifyImages.ts";
import type { ClassifierDescription } from "./description.ts";

/** Keras's metrics, under its names, of what was said of labelled images; accuracy is the score. */
export function measureClassifier(
  images: readonly ImageRecord[],
  found: readonly Classification[],
  { classes }: Pick<ClassifierDescription, "classes" | "multiLabel">,
): Validation {
  const labels = images.map(({ labels: [label = 0] = [] }) => label);
  const probabilities = Float32Array.from(found.flatMap(({ probabilities: row }) => [...row]));
  const { accuracy, logLoss, macro, topKAccuracy } = evaluateClassifier(labels, probabilities, classes);
  const metrics = {
    accuracy,
    loss: logLoss,
    precision: macro.precision,
    recall: macro.recall,
    f1_score: macro.f1,
    ...Object.fromEntries(topKAccuracy.map(({ k, accuracy: share }) => [`top_${k}_accuracy`, share])),
  };
  return { score: accuracy, metrics };
}
