import { UsageError } from "../../../base/errors.ts";
import { countOf } from "../../../base/words.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { classifierTables, confusionTable } from "../classification/classifierTables.ts";
import type { ClassifierMeasurement } from "../classification/evalClassifier.ts";
import { type MeasuredFlags, measuredData } from "../measuredData.ts";
import { openPredictor } from "../openPredictor.ts";

/** Runs a trained classifier of clips over labelled clips and measures what it says of them, or of their frames. */
export async function evalClips(flags: MeasuredFlags & PredictorOptions): Promise<ClassifierMeasurement> {
  const { weights, title, warnings, alignedTo } = await measuredData(flags, "clips");
  const { clipsData } = await import("../../../sequence/clips/clipsData.ts");
  const { measureClips } = await import("../../../sequence/clips/measure.ts");
  const model = await openPredictor(weights, flags);
  if (model.kind !== "clips") throw new UsageError(`${weights}: holds no classifier of clips`);
  const { classes, description } = model;
  const { dataset, perFrame, notes } = clipsData(alignedTo(classes), description.architecture);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const images = await model.classifyLabelled(dataset.images);
  model.dispose();
  const evaluation = measureClips(images, classes);
  const { metrics, single } = evaluation;
  const what = perFrame ? "frame" : "clip";
  process.stderr.write(`measured on ${countOf(images.length, what)}\n`);
  const confusion = confusionTable(single, what);
  return {
    document: { clips: dataset.images.length, [`${what}s`]: images.length, classes, ...metrics, ...single },
    reported: { title, classes, images, evaluation, noun: what, warnings: [...warnings, ...notes] },
    tables: [...classifierTables(evaluation, what), ...(confusion ? [confusion] : [])],
    numbers: {
      overall: metrics,
      perClass: single.perClass.map(({ name, precision, recall, f1, rocAuc }) => ({
        name,
        metrics: { precision, recall, f1_score: f1, auc: rocAuc },
      })),
    },
  };
}
