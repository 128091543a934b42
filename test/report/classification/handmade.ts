import type { LabelledClassification } from "../../../src/classification/classifyLabelled.ts";
import { measureClassifier } from "../../../src/classification/measure.ts";
import type { ClassifierReportInput } from "../../../src/report/classification/input.ts";

const CLASSES = ["cat", "dog", "owl"];

/** An image of a class, and the probabilities that it was given. */
export function looked(
  labels: number | readonly number[],
  probabilities: readonly number[],
  more: Partial<LabelledClassification> = {},
): LabelledClassification {
  return {
    ...{ file: "/nowhere/photo.png", size: { width: 40, height: 30 } },
    ...{ labels: typeof labels === "number" ? [labels] : labels, probabilities: Float32Array.from(probabilities) },
    ...more,
  };
}

/** The same record so many times, each an image of its own. */
export function times(count: number, image: LabelledClassification): LabelledClassification[] {
  return Array.from({ length: count }, () => ({ ...image }));
}

/** What a report is made from; with thresholds, of a classifier of several labels. */
export function reportOf(
  images: readonly LabelledClassification[],
  { classes = CLASSES, thresholds }: { classes?: readonly string[]; thresholds?: number[] } = {},
): ClassifierReportInput {
  const evaluation = measureClassifier(images, {
    ...{ classes: [...classes], multiLabel: thresholds !== undefined },
    ...(thresholds && { thresholds }),
  });
  return { title: "runs/pets on photos (test)", classes, images, evaluation };
}
