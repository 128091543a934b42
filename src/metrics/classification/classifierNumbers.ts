import type { ClassifierMetrics } from "./evaluateClassifier.ts";

/** The numbers over all classes of a classifier of one class, by Keras's names, in the order in which people want to see them. */
export function classifierNumbers({
  accuracy,
  logLoss,
  macro,
  topKAccuracy,
}: ClassifierMetrics): Record<string, number> {
  return {
    ...{ accuracy, loss: logLoss, precision: macro.precision, recall: macro.recall, f1_score: macro.f1 },
    auc: macro.rocAuc,
    ...Object.fromEntries(topKAccuracy.map(({ k, accuracy: share }) => [`top_${k}_accuracy`, share])),
  };
}

/** Probabilities [n, classes], row after row, as measures take them. */
export function joinedRows(rows: readonly { probabilities: Float32Array }[]): Float32Array {
  const classes = rows[0]?.probabilities.length ?? 0;
  const all = new Float32Array(rows.length * classes);
  rows.forEach(({ probabilities }, i) => {
    all.set(probabilities, i * classes);
  });
  return all;
}
