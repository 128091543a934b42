import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { BACKBONE_NAMES } from "../../core/backbones/names.ts";
import { Augmentation } from "../../data/augment/description.ts";
import { PRESET_NAMES } from "../../data/augment/presets.ts";
import { loadAugmentation } from "../../data/augment/readAugmentation.ts";
import { readText } from "../../data/files.ts";
import { countSplits } from "../../data/split/splits.ts";
import type { TrainEvents, TrainOptions, TrainResult } from "../../detection/trainDetector.ts";
import { applyRunOptions } from "../configFile.ts";
import {
  addCoordinatesOption,
  type DataFlags,
  describeClasses,
  describeSplits,
  keepSplits,
  openDataset,
} from "../dataset.ts";
import { INTERRUPTED, abortOnInterrupt } from "../interrupt.ts";
import {
  addCommonOptions,
  addConfigOption,
  addDetectorOptions,
  addExamples,
  choice,
  numberIn,
  printJson,
  requireOptions,
} from "../options.ts";
import { Progress, duration } from "../progress.ts";
import { writeTrainingReport } from "./trainingReport.ts";

interface Flags extends DataFlags, Omit<TrainOptions, "out" | "signal"> {
  model: "faster-rcnn";
  out?: string;
  augment: string;
  json?: true;
}

const FLIPS: NonNullable<TrainOptions["flip"]>[] = ["none", "horizontal", "vertical", "both"];
const CACHES: NonNullable<TrainOptions["cache"]>[] = ["none", "ram", "disk"];
const ASSIGNMENTS = ["best", "threshold"];

/** `detect train` */
export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description("Train a detector on labelled images; keep the weights that do best on the validation images");
  addBudgetOptions(command);
  addTrainingOptions(command);
  addConfigOption(command);
  command.hook("preAction", () => {
    const { out, resume } = command.opts<Flags>();
    if (!resume) return;
    if (out === undefined) throw new UsageError("--resume needs --out, the folder of the run to go on with");
    applyRunOptions(command, join(out, "config.json"));
  });
  requireOptions(command, "data");
  addCommonOptions(command).action(train);
  addExamples(
    command,
    "detect train --data photos --minutes 10",
    "detect train --data dataset --epochs 50 --flip both --out runs/cells",
    "detect train --data dataset --augment strong",
    "detect train --out runs/cells --resume",
  );
}

function addBudgetOptions(command: Command): void {
  command
    .option("--data <dataset>", "what label import wrote, or any labels that it reads")
    .option("--out <folder>", "run folder (default: runs/<name of the data>)")
    .option(
      "--epochs <n>",
      "passes over the training images (default: 100, more where images are few)",
      numberIn({ whole: true, min: 1 }),
    )
    .addOption(
      new Option("--minutes <m>", "train for so long instead").argParser(numberIn({ above: 0 })).conflicts("epochs"),
    )
    .option("--resume", "go on where the run in --out was stopped, with its data and options");
}

function addTrainingOptions(command: Command): void {
  command
    .addOption(choice("--model <name>", "what is trained", ["faster-rcnn"], "faster-rcnn"))
    .option("--size <pixels>", "longer side of the network's input", numberIn({ whole: true, min: 64, max: 2048 }), 320)
    .option("--batch <n>", "images in a step", numberIn({ whole: true, min: 1, max: 64 }), 4)
    .option("--augment <how>", `how images are varied: ${PRESET_NAMES.join(", ")}, or a YAML file`, "default")
    .addOption(choice("--flip <how>", "mirror images at random (default: as --augment does, horizontal)", FLIPS))
    .addOption(choice("--optimizer <name>", "how weights are updated", ["adamw", "sgd"], "adamw"))
    .option("--lr <rate>", "highest learning rate (default: the optimizer's own)", numberIn({ above: 0, max: 10 }))
    .option("--seed <n>", "seed of every random draw", numberIn({ whole: true, min: 0, max: 2 ** 31 - 1 }), 1)
    .addOption(choice("--backbone <name>", "the network that reads the image", BACKBONE_NAMES, "small"))
    .option("--width <factor>", "width of a MobileNet", numberIn({ above: 0, max: 4 }), 1)
    .option("--pretrained <folder>", "Keras weights of a MobileNet to start from")
    .addOption(
      choice("--assignment <rule>", "anchors of an object: its best ones, or by IoU threshold", ASSIGNMENTS, "best"),
    )
    .addOption(choice("--cache <where>", "keep resized images in memory (ram), on disk or nowhere", CACHES, "ram"))
    .option("--cache-limit <GiB>", "so much of them (default: 1 in memory, 10 on disk)", numberIn({ above: 0 }))
    .option(
      "--workers <n>",
      "images read and decoded at once (default: 16)",
      numberIn({ whole: true, min: 1, max: 256 }),
    )
    .option("--class-specific-boxes", "predict a box for each class in place of one for all");
  addDetectorOptions(command);
  addCoordinatesOption(command);
}

async function train({ json, ...flags }: Flags, command: Command): Promise<void> {
  const { data, resume = false } = flags;
  const out = flags.out ?? freeRunFolder(data);
  if (!resume && holdsRun(out)) {
    throw new AnchorkitError(`${out}: holds a training already; go on with --resume, or give another --out`);
  }
  const changed = command.getOptionValueSource("augment") === "cli";
  const augmentation = resume && !changed ? await augmentationOfRun(out) : await loadAugmentation(flags.augment);
  const { dataset, warnings } = await openDataset(flags, { seed: flags.seed, ...(resume && { run: out }) });
  const splits = countSplits(dataset.images);
  const lines = [describeClasses(dataset.classes), describeSplits(splits), `run folder: ${out}`];
  process.stderr.write(`${lines.join("\n")}\n`);

  const progress = new Progress("training");
  const signal = abortOnInterrupt(() => {
    progress.log("stopping after this step, with a checkpoint; Ctrl-C again ends at once, without one");
  });
  const { trainDetector } = await import("../../detection/trainDetector.ts");
  await keepSplits(out, dataset, data);
  let result: TrainResult;
  try {
    // data and model are no options of training itself, but config.json shall have them
    result = await trainDetector(dataset, { ...flags, augmentation, out, signal }, eventsTo(progress));
  } finally {
    progress.stop();
  }
  const finished = result.finished && result.best !== null;
  const report = finished ? await writeTrainingReport(out, dataset, warnings, flags) : undefined;
  if (json) printJson({ out, classes: dataset.classes, splits, warnings, ...result, ...(report && { report }) });
  else process.stdout.write(`${summary(data, out, result, report).join("\n")}\n`);
  if (!result.finished) process.exitCode = INTERRUPTED;
}

/** The augmentation that a run was begun with, whatever became of its file; runs of old had the default. */
async function augmentationOfRun(out: string): Promise<Augmentation> {
  const file = join(out, "config.json");
  const config = JSON.parse(await readText(file)) as { augmentation?: unknown };
  if (config.augmentation === undefined) return loadAugmentation("default");
  const parsed = Augmentation.safeParse(config.augmentation);
  if (!parsed.success) throw new AnchorkitError(`${file}: augmentation: ${parsed.error.issues[0]?.message ?? ""}`);
  return parsed.data;
}

function eventsTo(progress: Progress): TrainEvents {
  return {
    message(text) {
      progress.log(text);
    },
    progress({ step, steps, epoch, epochs, elapsed, remaining, loss, imagesPerSecond, waiting }) {
      const fraction = steps === undefined ? elapsed / (elapsed + remaining) : step / steps;
      const passes = epochs === undefined ? epoch.toFixed(1) : `${epoch.toFixed(1)} of ${epochs}`;
      const text = `epoch ${passes} | loss ${loss.toFixed(3)} | ${imagesPerSecond.toFixed(1)} images/s | data ${Math.round(100 * waiting)} %`;
      progress.update({ fraction, text, ...(Number.isFinite(remaining) && { remaining }) });
    },
    validated({ epoch, elapsed, metrics: { AP = NaN, AP50 = NaN }, best }) {
      const values = `val AP ${AP.toFixed(3)}, AP50 ${AP50.toFixed(3)}`;
      progress.log(`${duration(elapsed)}, epoch ${epoch.toFixed(1)}: ${values}${best ? ", the best so far" : ""}`);
    },
  };
}

/** What to know and to type after a training. */
function summary(
  data: string,
  out: string,
  { best, steps, seconds, finished }: TrainResult,
  report: string | undefined,
): string[] {
  const done = `${steps} steps in ${duration(seconds)}`;
  const weights = best === null ? [] : [`best weights: ${join(out, "best")} (val AP ${best.score.toFixed(3)})`];
  if (!finished) {
    return [`stopped after ${done}`, ...weights, `go on with: detect train --out ${quoted(out)} --resume`];
  }
  return [
    `trained ${done}`,
    ...weights,
    ...(report === undefined ? [] : [`where it is good and where not: ${report}`]),
    "next:",
    `  detect eval --map --data ${quoted(data)} --split test --weights ${quoted(out)}`,
    `  detect predict <images> --weights ${quoted(out)} --out found`,
  ];
}

function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `"${path}"`;
}

function holdsRun(folder: string): boolean {
  return ["best", "last"].some((part) => existsSync(join(folder, part)));
}

/** runs/name, runs/name-2 …: the first that holds no training. */
function freeRunFolder(data: string): string {
  const name = basename(resolve(data), extname(data));
  let folder = join("runs", name);
  for (let n = 2; holdsRun(folder); n++) folder = join("runs", `${name}-${n}`);
  return folder;
}
