import { resolve } from "node:path";
import { checked } from "../../base/checked.ts";
import { defined } from "../../base/defined.ts";
import { UsageError } from "../../base/errors.ts";
import { Augmentation } from "../../data/augment/description.ts";
import { loadAugmentation } from "../../data/augment/readAugmentation.ts";
import type { Dataset, ImageRecord } from "../../data/dataset.ts";
import { findModelBatch, modelNamed, trainModel } from "../../models.ts";
import type { Callback } from "../../training/callbacks/callback.ts";
import type { RunFolder } from "../../training/run/runFolder.ts";
import type { TaskKind } from "../../training/task.ts";
import type { DrawExamples, TrainEvents, TrainResult } from "../../training/trainOptions.ts";
import { learnsSeries } from "./trainData.ts";
import { sharedOptions, type TrainFlags } from "./trainOptions.ts";

/** What a training needs beside the flags of `detect train`. */
export interface TrainInto {
  /** See `ownOptions`. */
  own: Readonly<Record<string, unknown>>;
  /** How images are varied. */
  augmentation: Augmentation;
  length: { epochs?: number; minutes?: number };
  signal: AbortSignal;
  /** Seconds that count among the minutes. */
  spent: number;
  /** A report follows. */
  report: boolean;
  events: TrainEvents;
}

/** The training that the flags of `detect train` ask for, into a run folder; data and options are checked before. */
export async function trainInto(
  run: RunFolder,
  dataset: Dataset,
  flags: TrainFlags,
  { own, augmentation, length, events, ...rest }: TrainInto,
): Promise<TrainResult> {
  const { data, coordinates, images, orphans, overwrite, augment, model, time, valShare, testShare } = flags;
  const isSeries = learnsSeries(model);
  const { task } = modelNamed(model);
  const options = {
    ...sharedOptions(flags),
    ...length,
    ...(flags.tensorboard !== false && { draw }),
    ...(rest.report && SCORES[task] && { callbacks: [await sheetOf(SCORES[task])] }),
    ...(!isSeries && { augmentation }),
    ...{ out: run.path, overwrite, ...rest },
    inputs: [data, ...(images === undefined ? [] : [images])],
  };
  const recorded = {
    data: resolve(data),
    ...(isSeries ? defined({ time, valShare, testShare }) : { augment }),
    ...defined({ coordinates, orphans, images: images === undefined ? undefined : resolve(images) }),
  };
  if (flags.batch !== "auto") return trainModel(model, dataset, own, options, recorded, events);
  const began = performance.now();
  const { batch, says } = await findModelBatch(model, dataset, own, options);
  const spent = rest.spent + (performance.now() - began) / 1000;
  events.message?.(says);
  return trainModel(model, dataset, own, { ...options, batch, spent }, recorded, events);
}

/** How images are varied: as told, or in a training that goes on as it was begun, whatever became of its file. */
export async function augmentationFor({ augment, model, resume }: TrainFlags, run: RunFolder): Promise<Augmentation> {
  if (!resume) return loadAugmentation(augment, modelNamed(model).presets);
  const { augmentation } = await run.readConfig();
  if (augmentation === undefined) return loadAugmentation("default"); // runs of old
  return checked(augmentation, Augmentation, `${run.config}: augmentation`);
}

/**
 * Makes sure that images have what the model learns: whoever has labels of whole images, or clips, may not know of
 * `--model`.
 */
export function requireTask(model: string, images: readonly ImageRecord[], data: string): void {
  const { task } = modelNamed(model);
  const clip = images.find(({ frames }) => frames);
  if (clip && task !== "clips") {
    throw new UsageError(
      `${data}: holds clips of frames, and ${model} learns single images; a classifier of clips learns them: --model cnn-lstm`,
    );
  }
  if (images.some(({ objects }) => objects.length > 0)) return;
  const hasLabels = images.some(({ labels }) => labels?.length);
  if (task !== "reading" && !hasLabels && images.some(({ text }) => text !== undefined)) {
    throw new UsageError(
      `${data}: its images have texts, and neither boxes nor labels, which ${model} learns; a reader learns texts: --model crnn`,
    );
  }
  if (task !== "detection" || !hasLabels) return;
  throw new UsageError(
    `${data}: its images have labels and no boxes, so that there is nothing to detect; a classifier learns them: --model small-cnn, or the model that pretrained weights are of`,
  );
}

/** What stands beside each row of a progress sheet, of the kinds that draw one. */
const SCORES: Partial<Record<TaskKind, { key: string; name: string }>> = {
  detection: { key: "AP", name: "AP" },
  classification: { key: "accuracy", name: "accuracy" },
  segmentation: { key: "mean_iou", name: "mean IoU" },
};

async function sheetOf(score: { key: string; name: string }): Promise<Callback> {
  const { progressSheet } = await import("../../report/runs/progressSheet.ts");
  return progressSheet(score);
}

/** Loaded when it is first needed. */
const draw: DrawExamples = async (...given) =>
  (await import("../../report/runs/drawExamples.ts")).drawExamples(...given);
