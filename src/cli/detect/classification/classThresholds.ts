import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import type { LabelledClassification } from "../../../classification/classifyLabelled.ts";
import type { ClassifierDescription } from "../../../classification/description.ts";
import { CHOOSE_ONCE } from "../../../detection/thresholds.ts";
import { keepThresholds, type Thresholds } from "../thresholds.ts";

/**
 * A classifier's description with the thresholds that were asked for: those that it keeps (0.5 where it keeps none), which
 * `val` insists on, or one for all classes.
 *
 * @throws UsageError if it names one class an image, whatever its probability; AnchorkitError if it keeps none
 */
export function askedClassThresholds(
  description: ClassifierDescription,
  weights: string,
  asked: Thresholds | undefined,
): ClassifierDescription {
  if (asked === undefined) return description;
  requireSeveral(description, weights);
  const { classes, thresholds } = description;
  if (typeof asked === "number") return { ...description, thresholds: classes.map(() => asked) };
  if (!thresholds) throw new AnchorkitError(`${weights}: ${CHOOSE_ONCE}`);
  return description;
}

/** Chooses a threshold for each class on labelled images, and writes them into the model's folder. */
export async function chooseClassThresholds(
  weights: string,
  description: ClassifierDescription,
  found: readonly LabelledClassification[],
): Promise<ClassifierDescription> {
  requireSeveral(description, weights);
  const { chooseThresholds } = await import("../../../classification/measure.ts");
  const thresholds = chooseThresholds(found, description.classes);
  await keepThresholds(weights, { kind: "classification", description }, thresholds);
  return { ...description, thresholds };
}

function requireSeveral({ multiLabel }: ClassifierDescription, weights: string): void {
  if (multiLabel) return;
  throw new UsageError(
    `${weights}: names the most probable class of an image, whatever its probability; --thresholds is for detectors, and for classifiers of several labels`,
  );
}
