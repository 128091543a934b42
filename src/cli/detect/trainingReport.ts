import { existsSync } from "node:fs";
import { messageOf } from "../../base/errors.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { DetectorOptions } from "../../detection/detector.ts";
import type { TrainingRecord } from "../../report/evaluation/evaluationReport.ts";
import type { RunFolder } from "../../training/run/runFolder.ts";

/**
 * Writes `report.html` into a run folder: the best weights on the validation images. Answers its path, or undefined
 * where there is nothing to report; a report that cannot be made is said on stderr and costs no training.
 */
export async function writeTrainingReport(
  run: RunFolder,
  dataset: Dataset,
  warnings: readonly string[],
  { engine, precision }: DetectorOptions,
): Promise<string | undefined> {
  const records = dataset.images.filter(({ split }) => split === "val");
  if (records.length === 0) return undefined;
  const file = run.report;
  try {
    const { openModel } = await import("../../models.ts");
    const { analyzeDetections } = await import("../../metrics/index.ts");
    const { writeEvaluationReport } = await import("../../report/evaluation/evaluationReport.ts");
    const detector = await openModel(run.path, { ...(engine && { engine }), ...(precision && { precision }) });
    if (detector.kind !== "detection") return undefined;
    const images = await detector.detectLabelled(records);
    const { classes } = detector;
    detector.dispose();
    const analysis = analyzeDetections(images, classes);
    await writeEvaluationReport(file, {
      title: `${run.path} on its validation images`,
      classes,
      images,
      analysis,
      warnings,
      training: await historyOf(run),
    });
    return file;
  } catch (error) {
    process.stderr.write(`warning: ${file} could not be written: ${messageOf(error)}\n`);
    return undefined;
  }
}

/** The course of the training that made the weights; runs of old do not have the loss and the steps. */
export async function historyOf(run: RunFolder): Promise<TrainingRecord[]> {
  if (!existsSync(run.metrics)) return []; // a model without its run
  return (await run.readMetrics()).map(({ step, epoch, loss, validationLoss, metrics, best }) => {
    const held = validationLoss == null ? {} : { validationLoss };
    const known = { epoch, loss: loss ?? NaN, ...held, AP: metrics.AP ?? NaN, AP50: metrics.AP50 ?? NaN, best };
    return step === undefined ? known : { step, ...known };
  });
}
