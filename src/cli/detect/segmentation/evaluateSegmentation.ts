import type { Command } from "commander";
import { defined } from "../../../base/defined.ts";
import { AnchorkitError, UsageError } from "../../../base/errors.ts";
import type { SplitName } from "../../../data/dataset.ts";
import { RunFolder } from "../../../training/run/runFolder.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { wasGiven } from "../../configFile.ts";
import type { DataFlags } from "../../dataset.ts";
import { flagOf, printJson, requireThere } from "../../options.ts";
import { renderTables, type TableFormat } from "../../tables.ts";
import { type Bar, fallsShort } from "../failUnder.ts";
import { historyOf } from "../trainingReport.ts";
import type { EvalThresholds } from "../thresholds.ts";
import type { InstanceMethod, SegmentationSource } from "./evalSegmenter.ts";
import { measureSegmentation, requireSegmentationBars, type SegmentationFlags } from "./measureSegmentation.ts";

export interface SegmentationEvalFlags extends Partial<DataFlags>, PredictorOptions, SegmentationFlags {
  weights?: string;
  truth?: string;
  predictions?: string;
  split: SplitName | "all";
  instances?: InstanceMethod;
  thresholds?: EvalThresholds;
  classes?: string[];
  ignoreLabel: number;
  format: TableFormat | "json";
  failUnder?: readonly Bar[];
  report?: string;
  json?: true;
}

/** Measures a trained segmenter, or masks alone; prints what it found, and writes the report. */
export async function evaluateSegmentation(
  flags: SegmentationEvalFlags,
  command: Command,
  subject: "segmentation" | "masks",
): Promise<void> {
  const { instances, failUnder = [], format, report } = flags;
  if (instances === undefined) {
    const option = (["things", "maxDetections"] as const).find((name) => wasGiven(command, name));
    if (option) throw new UsageError(`${flagOf(option)} is about single objects: it goes with --instances`);
  }
  requireSegmentationBars(failUnder, instances !== undefined);
  const source = subject === "segmentation" ? await modelOf(flags) : await masksOf(flags, command);
  const { title, classes, images, warnings, pictures } = source;
  const { Extremes } = await import("../../../report/segmentation/extremes.ts");
  const extremes = report === undefined ? undefined : new Extremes();
  try {
    const asked = instances === undefined ? undefined : flags;
    const measured = await measureSegmentation(images, classes, asked, (image, numbers) =>
      extremes?.add(image, numbers),
    );
    const { document, tables, wideTables, numbers, evaluation } = measured;
    if (flags.json || format === "json") printJson(document);
    else process.stdout.write(`${renderTables(format === "csv" ? wideTables : tables, format)}\n`);
    if (report !== undefined && extremes) {
      const { writeSegmentationReport } = await import("../../../report/segmentation/segmentationReport.ts");
      const training = flags.weights === undefined ? [] : await historyOf(RunFolder.of(flags.weights));
      await writeSegmentationReport(report, {
        ...{ title, classes, evaluation, pictures, warnings, training, shown: extremes.get() },
        ...(measured.instances && { instances: measured.instances }),
      });
      process.stderr.write(`report: ${report}\n`);
    }
    const short = fallsShort(failUnder, numbers);
    if (short.length > 0) throw new AnchorkitError(short.join("; "));
  } finally {
    source.dispose?.();
  }
}

async function modelOf(flags: SegmentationEvalFlags): Promise<SegmentationSource> {
  const { openSegmenter } = await import("./evalSegmenter.ts");
  return openSegmenter(flags);
}

async function masksOf(flags: SegmentationEvalFlags, command: Command): Promise<SegmentationSource> {
  const { readMaskSource } = await import("./evalMasks.ts");
  const { truth, predictions, classes, images, coordinates, orphans, split, ignoreLabel } = flags;
  requireThere({ truth, predictions, images });
  return readMaskSource({
    ...defined({ truth, predictions, classes, images, coordinates, orphans }),
    ...(wasGiven(command, "split") && { split }),
    ...(wasGiven(command, "ignoreLabel") && { ignoreLabel }),
  });
}
