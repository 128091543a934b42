import { AnchorkitError } from "../../base/errors.ts";
import { checkClassIndices } from "./checks.ts";

/**
 * How often each class was taken for which: row = true class, column = predicted class, entry = number of examples.
 * Labels and predictions [n] are class indices. A class that never occurs has a row or column of zeros.
 * Throws AnchorkitError for lengths that differ, no labels, and indices outside 0..classCount - 1.
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classCount: number,
): number[][] {
  checkClassIndices("confusionMatrix", "label", labels, classCount);
  if (predictions.length !== labels.length) {
    throw new AnchorkitError(
      `confusionMatrix: ${labels.length} labels but ${predictions.length} predictions; give one for each label`,
    );
  }
  checkClassIndices("confusionMatrix", "prediction", predictions, classCount);
  const confusion = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = confusion[labels[i] as number] as number[];
    const prediction = predictions[i] as number;
    row[prediction] = (row[prediction] as number) + 1;
  }
  return confusion;
}
