import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { AnchorkitError, UsageError } from "../base/errors.ts";
import type { SplitName } from "../data/dataset.ts";
import type { DetectorOptions } from "../detection/detector.ts";
import type { CocoMetrics } from "../metrics/index.ts";
import { addCoordinatesOption, type DataFlags, openDataset, printWarnings } from "./dataset.ts";
import { addCommonOptions, addDetectorOptions, addExamples, choice, printJson } from "./options.ts";

interface Flags extends Partial<DataFlags>, DetectorOptions {
  map?: true;
  split: SplitName | "all";
  weights?: string;
  truth?: string;
  predictions?: string;
  json?: true;
}

/** `detect eval` */
export function addEval(program: Command): void {
  const command = program
    .command("eval")
    .description("Measure detections against labels by COCO's rules: a trained detector's, or any tool's from files")
    .option("--map", "mean average precision and recall (the default)")
    .option("--weights <run>", "run folder of detect train")
    .option("--data <dataset>", "labelled images")
    .addOption(choice("--split <name>", "which of them", ["train", "val", "test", "all"], "test"))
    .option("--truth <file>", "labels as COCO JSON; with --predictions, no model is needed")
    .option("--predictions <file>", "detections as COCO results JSON");
  addCoordinatesOption(command);
  addDetectorOptions(command);
  addCommonOptions(command).action(evaluate);
  addExamples(
    command,
    "detect eval --map --data dataset --split test --weights runs/cells",
    "detect eval --map --truth truth.json --predictions predictions.json",
  );
}

async function evaluate(flags: Flags): Promise<void> {
  const metrics = await (usesFiles(flags) ? evaluateFiles(flags) : evaluateDetector(flags));
  if (flags.json) {
    printJson(metrics);
    return;
  }
  const { metricsTable } = await import("./metricsTable.ts");
  process.stdout.write(`${metricsTable(metrics)}\n`);
}

/** Whether files are compared, or a detector is run. */
function usesFiles({ truth, predictions, data, weights }: Flags): boolean {
  const files = truth !== undefined || predictions !== undefined;
  if (files && (data !== undefined || weights !== undefined)) {
    throw new UsageError("--truth and --predictions compare two files, without --data and --weights");
  }
  return files;
}

async function evaluateFiles({ truth, predictions }: Flags): Promise<CocoMetrics> {
  if (truth === undefined || predictions === undefined) {
    throw new UsageError(truth === undefined ? "--predictions needs --truth" : "--truth needs --predictions");
  }
  const { readCocoResults } = await import("../data/formats/cocoResults.ts");
  const { evaluateCoco } = await import("../metrics/index.ts");
  const { images, classes, warnings } = await readCocoResults(truth, predictions);
  printWarnings(warnings);
  return evaluateCoco(images, classes);
}

async function evaluateDetector(flags: Flags): Promise<CocoMetrics> {
  const { data, weights, split, engine, precision } = flags;
  if (data === undefined || weights === undefined) {
    throw new UsageError("give --data and --weights for a trained detector, or --truth and --predictions for files");
  }
  const run = runFolder(weights);
  const { dataset } = await openDataset({ ...flags, data }, { seed: seedOf(run), run });
  const { alignClasses } = await import("../data/alignClasses.ts");
  const { Detector } = await import("../detection/detector.ts");
  const detector = await Detector.load(weights, { ...(engine && { engine }), ...(precision && { precision }) });
  const images = alignClasses(dataset, detector.classes).images.filter((image) => [image.split, "all"].includes(split));
  if (images.length === 0) throw new AnchorkitError(`${data}: no image is in the split "${split}"`);
  process.stderr.write(`measuring on ${images.length} images (${split})\n`);
  return detector.evaluate(images);
}

/** The run that the weights belong to: `--weights` may name its folder, or best or last in it. */
function runFolder(weights: string): string {
  return existsSync(join(weights, "config.json")) ? weights : dirname(weights);
}

/** The seed that the run's data was split by. */
function seedOf(run: string): number {
  try {
    const { seed } = JSON.parse(readFileSync(join(run, "config.json"), "utf8")) as { seed?: unknown };
    return typeof seed === "number" ? seed : 1;
  } catch {
    return 1; // weights that came without their run: the default seed
  }
}
