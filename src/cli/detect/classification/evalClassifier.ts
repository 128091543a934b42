import { UsageError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { ClassifierReportInput } from "../../../report/classification/input.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import type { Measured } from "../failUnder.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";
import { type EvalThresholds, requireChoosable } from "../thresholds.ts";
import { askedClassThresholds, chooseClassThresholds } from "./classThresholds.ts";
import type { DataTable } from "../../tables.ts";
import { classifierTables, confusionTable } from "./classifierTables.ts";

/** The numbers that `--fail-under` knows of classifiers. */
export const CLASSIFIER_METRICS = [
  ...["accuracy", "precision", "recall", "f1_score", "auc", "binary_accuracy", "subset_accuracy"],
  ...["mean_average_precision", "top_2_accuracy", "top_3_accuracy", "top_4_accuracy", "top_5_accuracy"],
  ...["mean_iou", "localization_accuracy"],
];

export interface ClassifierMeasurement {
  document: object;
  tables: DataTable[];
  numbers: Measured;
  /** What its report shows. */
  reported: ClassifierReportInput;
}

/** Runs a trained classifier over labelled images and measures what it says. */
export async function evalClassifier(
  flags: MeasuredFlags & PredictorOptions & { thresholds?: EvalThresholds },
): Promise<ClassifierMeasurement> {
  const { thresholds: asked, split } = flags;
  if (asked === "choose") requireChoosable(split, flags.weights);
  const { weights, title, warnings, alignedTo } = await measuredData(flags);
  const { classifierData } = await import("../../../classification/classifierData.ts");
  const { measureClassifier } = await import("../../../classification/measure.ts");
  const classifier = await openPredictor(weights, flags);
  if (classifier.kind !== "classification") throw new UsageError(`${weights}: holds no classifier`);
  const { classes } = classifier;
  const kept = asked === "choose" ? undefined : asked;
  const described = askedClassThresholds(classifier.description, weights, kept);
  const { dataset, notes } = classifierData(alignedTo(classes), described);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const found = await classifier.classifyLabelled(dataset.images);
  classifier.dispose();
  const description = asked === "choose" ? await chooseClassThresholds(weights, described, found) : described;
  const evaluation = measureClassifier(found, description);
  const { metrics, single, multiLabel } = evaluation;
  process.stderr.write(`measured on ${countOf(found.length, "image")}\n`);
  const confusion = single && confusionTable(single);
  const perClass = (single ?? multiLabel)?.perClass ?? [];
  return {
    document: { images: found.length, classes, ...metrics, ...(single ?? multiLabel) },
    reported: { title, classes, images: found, evaluation, warnings: [...warnings, ...notes] },
    tables: [...classifierTables(evaluation), ...(confusion ? [confusion] : [])],
    numbers: {
      overall: metrics,
      perClass: perClass.map(({ name, precision, recall, f1, rocAuc }) => ({
        name,
        metrics: { precision, recall, f1_score: f1, auc: rocAuc },
      })),
    },
  };
}
