import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { DetectorOptions } from "../../detection/detector.ts";
import type { TrainingRecord } from "../../report/evaluation/evaluationReport.ts";
import type { FitValidation } from "../../training/fit.ts";

/**
 * Writes `report.html` into a run folder: the best weights on the validation images. Answers its path, or undefined
 * where there is nothing to report; a report that cannot be made is said on stderr and costs no training.
 */
export async function writeTrainingReport(
  out: string,
  dataset: Dataset,
  warnings: readonly string[],
  { engine, precision }: DetectorOptions,
): Promise<string | undefined> {
  const records = dataset.images.filter(({ split }) => split === "val");
  if (records.length === 0) return undefined;
  const file = join(out, "report.html");
  try {
    const { Detector } = await import("../../detection/detector.ts");
    const { analyzeDetections } = await import("../../metrics/index.ts");
    const { writeEvaluationReport } = await import("../../report/evaluation/evaluationReport.ts");
    const detector = await Detector.load(out, { ...(engine && { engine }), ...(precision && { precision }) });
    const images = await detector.detectLabelled(records);
    const { classes } = detector;
    detector.dispose();
    const analysis = analyzeDetections(images, classes);
    await writeEvaluationReport(file, {
      title: `${out} on its validation images`,
      classes,
      images,
      analysis,
      warnings,
      training: await historyOf(out),
    });
    return file;
  } catch (error) {
    process.stderr.write(`warning: ${file} could not be written: ${messageOf(error)}\n`);
    return undefined;
  }
}

/** What metrics.jsonl has of each validation; older runs have no loss in it. */
async function historyOf(out: string): Promise<TrainingRecord[]> {
  const lines = (await readFile(join(out, "metrics.jsonl"), "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { epoch, loss = NaN, metrics, best } = JSON.parse(line) as Omit<FitValidation, "loss"> & { loss?: number };
    return { epoch, loss, AP: metrics.AP ?? NaN, AP50: metrics.AP50 ?? NaN, best };
  });
}
