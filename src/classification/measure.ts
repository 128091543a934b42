import { mean } from "../base/statistics.ts";
import { iou } from "../geometry/overlap.ts";
import { bestThreshold } from "../metrics/classification/bestThreshold.ts";
import { classifierNumbers, joinedRows } from "../metrics/classification/classifierNumbers.ts";
import { evaluateClassifier, type ClassifierMetrics } from "../metrics/classification/evaluateClassifier.ts";
import { evaluateMultiLabel, type MultiLabelMetrics } from "../metrics/classification/evaluateMultiLabel.ts";
import type { Validation } from "../training/task.ts";
import { namedClasses } from "./namedClasses.ts";
import type { LabelledClassification } from "./classifyLabelled.ts";
import type { ClassifierDescription } from "./description.ts";

/** Everything that was measured of a classifier. */
export interface ClassifierEvaluation {
  /** The metrics by Keras's names, in the order in which people want to see them. */
  metrics: Record<string, number>;
  /** Of classifiers that tell one class. */
  single?: ClassifierMetrics;
  /** Of those that tell any number of them. */
  multiLabel?: MultiLabelMetrics;
}

type Told = Pick<ClassifierDescription, "classes" | "multiLabel" | "thresholds">;

/** Everything that a classifier is judged by, on labelled images that it has looked at. */
export function measureClassifier(found: readonly LabelledClassification[], described: Told): ClassifierEvaluation {
  const measured = described.multiLabel ? measureMultiLabel(found, described) : measureSingle(found, described);
  return { ...measured, metrics: { ...measured.metrics, ...boxMetrics(found) } };
}

/**
 * The same in short, as training needs it: accuracy is the score, or the mean average precision of several labels. The
 * loss is that of the classes, without the box's.
 */
export function validationOf({ metrics, single }: ClassifierEvaluation): Validation {
  return {
    score: metrics.accuracy ?? metrics.mean_average_precision ?? NaN,
    metrics,
    ...(metrics.loss !== undefined && { loss: metrics.loss }),
    ...(single && { examples: { confusion: single.confusion } }),
  };
}

function measureSingle(found: readonly LabelledClassification[], { classes }: Told): ClassifierEvaluation {
  const labels = found.map(({ labels: [label = 0] }) => label);
  const single = evaluateClassifier(labels, joinedRows(found), classes);
  return { metrics: classifierNumbers(single), single };
}

function measureMultiLabel(
  found: readonly LabelledClassification[],
  { classes, thresholds }: Told,
): ClassifierEvaluation {
  const labels = found.map((one) => one.labels);
  const multiLabel = evaluateMultiLabel(labels, joinedRows(found), classes, thresholds);
  const { macro, logLoss, binaryAccuracy, subsetAccuracy } = multiLabel;
  const metrics = {
    ...{ mean_average_precision: macro.averagePrecision, loss: logLoss, binary_accuracy: binaryAccuracy },
    ...{ subset_accuracy: subsetAccuracy, precision: macro.precision, recall: macro.recall, f1_score: macro.f1 },
    auc: macro.rocAuc,
  };
  return { metrics, multiLabel };
}

/** How well boxes lie: the mean IoU, and the share of images whose class is right and whose IoU is over a half. */
function boxMetrics(found: readonly LabelledClassification[]): Record<string, number> {
  const overlaps = found.flatMap(({ box, trueBox, probabilities, labels }) => {
    if (!box || !trueBox) return [];
    const overlap = iou(box, trueBox);
    const [told] = namedClasses({ probabilities }, { multiLabel: false });
    const right = told === labels[0];
    return [{ overlap, localized: right && overlap >= 0.5 ? 1 : 0 }];
  });
  if (overlaps.length === 0) return {};
  return {
    mean_iou: mean(overlaps.map(({ overlap }) => overlap)),
    localization_accuracy: mean(overlaps.map(({ localized }) => localized)),
  };
}

/** For each class, the threshold with the highest F1 on these images; see bestThreshold. */
export function chooseThresholds(found: readonly LabelledClassification[], classes: readonly string[]): number[] {
  return classes.map((_, k) =>
    bestThreshold(
      found.map(({ labels }) => labels.includes(k)),
      found.map(({ probabilities }) => probabilities[k] ?? 0),
    ),
  );
}
