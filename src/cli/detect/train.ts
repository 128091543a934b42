import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import type { Command } from "commander";
import { AnchorkitError, UsageError, WouldOverwrite } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";
import { checkChoice, modelNamed } from "../../models.ts";
import { type ShortTraining, TRAIN_LONGER, tooFewSteps, tooFewStepsText } from "../../report/evaluation/tooFewSteps.ts";
import { RunFolder } from "../../training/run/runFolder.ts";
import { SAMPLE_NAMES, type TaskKind } from "../../training/task.ts";
import type { TrainEvents, TrainResult } from "../../training/trainOptions.ts";
import { applyRunOptions } from "../configFile.ts";
import { abortOnInterrupt, INTERRUPTED } from "../interrupt.ts";
import {
  addCommonOptions,
  addConfigOption,
  addExamples,
  printJson,
  quoted,
  requireOptions,
  requireThere,
} from "../options.ts";
import { duration, Progress } from "../progress.ts";
import { findLr } from "./findLr.ts";
import {
  addModelOptions,
  addRunOptions,
  addTrainingOptions,
  forgetSameLength,
  lengthOf,
  ownOptions,
  requireFiles,
  sharedOptions,
  takeModelOfWeights,
  type TrainFlags,
} from "./trainOptions.ts";
import { fetchPretrained } from "./pretrained.ts";
import { openTrainingData, requireDataFlags, type TrainingData } from "./trainData.ts";
import { augmentationFor, requireTask, trainInto } from "./trainInto.ts";
import { historyOf, writeTrainingReport } from "./trainingReport.ts";

/** `detect train` */
export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description("Train a model on labelled images and keep the weights that do best on the validation images");
  addRunOptions(command);
  addTrainingOptions(command);
  addModelOptions(command);
  addConfigOption(command);
  command.hook("preAction", async () => {
    const { out, resume } = command.opts<TrainFlags>();
    if (!resume) return;
    if (out === undefined) throw new UsageError("--resume needs --out, the folder of the run to continue");
    const run = new RunFolder(out);
    if (!existsSync(run.config)) throw new UsageError(`--resume: ${out} holds no training to continue`);
    const config = await run.readConfig();
    forgetSameLength(command, config.budget);
    applyRunOptions(command, config, run.config);
  });
  command.hook("preAction", () => takeModelOfWeights(command));
  requireOptions(command, "data");
  addCommonOptions(command).action(train);
  addExamples(
    command,
    "detect train --data photos --minutes 10",
    "detect train --data dataset --epochs 50 --flip both --out runs/cells",
    "detect train --data dataset --augment strong",
    "detect train --data photos --find-lr",
    "detect train --data folders-of-classes --model small-cnn --minutes 2",
    "detect train --data sales.csv --model forecast --column sold",
    "detect train --out runs/cells --resume",
    "detect train --out runs/cells --resume --minutes +5",
    "detect train --data more-cells --weights runs/cells --out runs/more-cells",
  );
}

async function train(flags: TrainFlags, command: Command): Promise<void> {
  if (flags.findLr) return findLr(flags, command);
  const { data, resume = false, model } = flags;
  const length = lengthOf(flags);
  const run = new RunFolder(flags.out ?? freeRunFolder(data));
  const out = run.path;
  const { batch } = sharedOptions(flags); // refuses what cannot be
  const { weights, overwrite } = flags;
  if (!resume && run.holdsTraining() && !overwrite) {
    throw new WouldOverwrite(`${out}: already holds a training; continue it with --resume, or give another --out`);
  }
  if (resume && !existsSync(data)) {
    throw new AnchorkitError(`${data}: the data of this run is not there; say where it is now with --data`);
  }
  if (!resume) requireDataFlags(model, command);
  const own = resume ? {} : ownOptions(model, command); // a network that goes on is what it is
  requireThere({ data });
  if (!resume) requireFiles(flags, own); // a run that goes on has all of them in itself
  const { modelFolderOf } = await import("../../training/run/modelFolder.ts");
  if (!resume) {
    const inputs = [data, ...(weights === undefined ? [] : [modelFolderOf(weights)])];
    await run.requireFree({ inputs, overwrite });
  }
  checkChoice(model, own, weights);
  const augmentation = await augmentationFor(flags, run);
  const opened = await openTrainingData(flags, { own, ...(resume && { run }) });
  const { dataset, warnings, splits } = opened;
  requireTask(model, dataset.images, data);
  process.stderr.write(`${[...opened.lines, `run folder: ${out}`].join("\n")}\n`);
  if (!resume) await fetchPretrained(own);

  const progress = new Progress("training");
  const signal = abortOnInterrupt(() => {
    progress.log("stopping after this step, with a checkpoint; press Ctrl-C again to stop at once, without one");
  });
  const { task } = modelNamed(model);
  let result: TrainResult;
  try {
    result = await trainInto(run, dataset, flags, {
      ...{ own, augmentation, length, signal, spent: sinceStart(), report: true },
      events: eventsTo(progress, task),
    });
  } finally {
    progress.stop();
  }
  const finished = result.finished && result.best !== null;
  const report = finished ? await writeTrainingReport(run, dataset, warnings, { ...flags, batch }) : undefined;
  if (flags.json) printJson({ out, classes: dataset.classes, splits, warnings, ...result, ...(report && { report }) });
  else {
    const early =
      finished && task === "detection" ? tooFewSteps(result.best?.score ?? NaN, await historyOf(run)) : undefined;
    process.stdout.write(`${summary(flags, out, result, opened, report, early).join("\n")}\n`);
  }
  if (!result.finished) process.exitCode = INTERRUPTED;
}

/** Seconds since the process began. */
function sinceStart(): number {
  return performance.now() / 1000;
}

function eventsTo(progress: Progress, task: TaskKind): TrainEvents {
  return {
    message(text) {
      progress.log(text);
    },
    progress({ step, steps, epoch, epochs, elapsed, remaining, loss, samplesPerSecond, waiting }) {
      const fraction = steps === undefined ? elapsed / (elapsed + remaining) : step / steps;
      const passes = epochs === undefined ? epoch.toFixed(1) : `${epoch.toFixed(1)} of ${epochs}`;
      const text = `epoch ${passes} | loss ${loss.toFixed(3)} | ${samplesPerSecond.toFixed(1)} ${SAMPLE_NAMES[task]}s/s | data ${Math.round(100 * waiting)}%`;
      progress.update({ fraction, text, ...(Number.isFinite(remaining) && { remaining }) });
    },
    validated({ epoch, elapsed, metrics, validationLoss, best }) {
      const loss = validationLoss === undefined ? "" : `, loss ${validationLoss.toFixed(3)}`;
      const values = `val ${headline(task, metrics)}${loss}`;
      progress.log(`${duration(elapsed)}, epoch ${epoch.toFixed(1)}: ${values}${best ? ", the best so far" : ""}`);
    },
  };
}

/** The numbers of a validation that a person looks at first, by the kind of the task. */
const HEADLINES: Readonly<Record<TaskKind, readonly string[]>> = {
  detection: ["AP", "AP50"],
  classification: ["accuracy", "mean_average_precision"], // one class an image, or several
  segmentation: ["mean_iou", "iou", "dice"],
  clips: ["accuracy"],
  reading: ["cer", "exact"],
  forecasting: ["mase", "mae"],
};

function headline(task: TaskKind, metrics: Readonly<Record<string, number>>): string {
  const known = HEADLINES[task].filter((name) => name in metrics);
  return known.map((name) => `${name} ${(metrics[name] ?? NaN).toFixed(3)}`).join(", ");
}

/** What the score of a validation says, most often the first of those numbers; errors are scored below zero. */
function scoreText(task: TaskKind, score: number): string {
  if (task === "reading") return `1 - cer ${score.toFixed(3)}`;
  return `${HEADLINES[task][0]} ${(task === "forecasting" ? -score : score).toFixed(3)}`;
}

/** What to know and to type after a training. */
function summary(
  { data, model }: Pick<TrainFlags, "data" | "model">,
  out: string,
  { best, steps, seconds, finished }: TrainResult,
  { measured: split }: Pick<TrainingData, "measured">,
  report: string | undefined,
  early: ShortTraining | undefined,
): string[] {
  const { task } = modelNamed(model);
  const done = `${countOf(steps, "step")} in ${duration(seconds)}`;
  const weights = best === null ? [] : [`best weights: ${join(out, "best")} (val ${scoreText(task, best.score)})`];
  if (!finished) {
    return [`stopped after ${done}`, ...weights, `continue with: detect train --out ${quoted(out)} --resume`];
  }
  return [
    `trained ${done}`,
    ...weights,
    ...(early ? [tooFewStepsText(early), TRAIN_LONGER] : []),
    ...(report === undefined ? [] : [`report: ${report}`]),
    "next:",
    `  detect eval ${task === "detection" ? "--map " : ""}--data ${quoted(data)} --split ${split} --weights ${quoted(out)}`,
    `  detect predict ${task === "forecasting" ? quoted(data) : `<${SAMPLE_NAMES[task]}s>`} --weights ${quoted(out)} --out found`,
  ];
}

/** runs/name, runs/name-2 …: the first that holds no training. */
function freeRunFolder(data: string): string {
  const name = basename(resolve(data), extname(data));
  let folder = join("runs", name);
  for (let n = 2; new RunFolder(folder).holdsTraining(); n++) folder = join("runs", `${name}-${n}`);
  return folder;
}
