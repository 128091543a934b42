import { existsSync } from "node:fs";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { writeFileAtomic, writeFolderAtomic } from "../../base/files.ts";
import { readJsonWithin } from "../../core/boundedFiles.ts";
import { readWeights, saveModel } from "../../core/modelFiles.ts";
import type { NamedValues } from "../../core/namedWeights.ts";
import { Checksum } from "./modelDescription.ts";
import { RunFolder } from "./runFolder.ts";
import type { ModelDescription, TaskKind } from "../task.ts";

/** What describes a model of each kind, beside its weights. */
const DESCRIPTION_FILES: Readonly<Record<TaskKind, string>> = {
  detection: "detector.json",
  classification: "classifier.json",
  segmentation: "segmenter.json",
  clips: "clip-classifier.json",
  reading: "reader.json",
  forecasting: "forecaster.json",
};
const LARGEST_DESCRIPTION = 4 * 2 ** 20;

/** What is written into the folder of a model. */
export interface SavedModel {
  kind: TaskKind;
  description: ModelDescription;
  network: tf.LayersModel;
  /** Written in place of the network's own weights, see MovingAverage. */
  averages: ReadonlyMap<tf.Variable, tf.Variable>;
}

/**
 * Writes model.json, weights.bin and the description, which holds the checksum of the weights: all that prediction
 * needs. They appear together, or the ones before stay.
 *
 * @param more writes further files into the same folder
 */
export async function saveModelFolder(
  folder: string,
  { kind, description, network, averages }: SavedModel,
  more?: (folder: string) => Promise<void>,
): Promise<void> {
  await writeFolderAtomic(folder, async (beside) => {
    const sha256 = await saveModel(network, beside, { values: averages });
    await more?.(beside);
    await writeDescription(beside, kind, { ...description, weights: { sha256 } });
  });
}

/**
 * Describes the model in a folder anew; its weights, and what was found out of them (thresholds, intervals), stay as they
 * are. Nothing where the folder holds none.
 */
export async function describeAnew(
  folder: string,
  { kind, description }: Pick<SavedModel, "kind" | "description">,
): Promise<void> {
  if (findKind(folder) !== kind) return;
  const kept = { thresholds: z.unknown().optional(), intervals: z.unknown().optional() };
  const found = await readDescription(folder, kind, z.object({ weights: Checksum.optional(), ...kept }));
  await writeDescription(folder, kind, { ...description, ...found });
}

/** Which model is described: a folder must hold these very weights. */
export interface DescribedModel {
  kind: TaskKind;
  description: { weights?: z.infer<typeof Checksum> | undefined };
}

/**
 * Adds to the description of the model in a folder, in place of what it says of the same.
 *
 * @param described what was found out of these weights @returns the file
 * @throws AnchorkitError if the folder holds other weights by now: a training may have written better ones
 */
export async function describeFurther(
  folder: string,
  { kind, description }: DescribedModel,
  described: Readonly<Record<string, unknown>>,
): Promise<string> {
  const present = await readDescription(folder, kind, z.looseObject({ weights: Checksum.optional() }));
  if (present.weights?.sha256 !== description.weights?.sha256) {
    throw new AnchorkitError(
      `${folder}: its weights have changed meanwhile (a training writes there); measure it again`,
    );
  }
  await writeDescription(folder, kind, { ...present, ...described });
  return join(folder, DESCRIPTION_FILES[kind]);
}

function writeDescription(folder: string, kind: TaskKind, content: object): Promise<void> {
  return writeFileAtomic(join(folder, DESCRIPTION_FILES[kind]), `${JSON.stringify(content, undefined, 2)}\n`);
}

/**
 * Reads the description in a model's folder.
 *
 * @throws AnchorkitError if it is missing, damaged, or of another form, or the model is of another kind
 */
export async function readDescription<T>(folder: string, kind: TaskKind, schema: z.ZodType<T>): Promise<T> {
  const there = findKind(folder);
  if (there !== undefined && !existsSync(join(folder, DESCRIPTION_FILES[kind]))) {
    throw new AnchorkitError(`${folder}: holds a model for ${there}, and none for ${kind}`);
  }
  return readJsonWithin(join(folder, DESCRIPTION_FILES[kind]), LARGEST_DESCRIPTION, schema);
}

/**
 * Reads the weights in a model's folder by their names.
 *
 * @throws AnchorkitError if a file is missing or damaged, or does not belong to the description
 */
export async function readModelWeights(folder: string): Promise<NamedValues> {
  const schema = z.looseObject({ weights: Checksum.optional() });
  const { weights } = await readDescription(folder, kindOfModel(folder), schema);
  return readWeights(folder, weights);
}

/** The name of the model in a folder, as `--model` knows it. */
export async function readModelName(folder: string): Promise<string> {
  const schema = z.looseObject({ model: z.string() });
  return (await readDescription(folder, kindOfModel(folder), schema)).model;
}

/**
 * The kind of the model in a folder, by the name of its description; nothing is read.
 *
 * @throws AnchorkitError if the folder holds no model
 */
export function kindOfModel(folder: string): TaskKind {
  const kind = findKind(folder);
  if (kind === undefined) throw new AnchorkitError(`${folder}: holds no model`);
  return kind;
}

function findKind(folder: string): TaskKind | undefined {
  const kinds = Object.keys(DESCRIPTION_FILES) as TaskKind[];
  return kinds.find((kind) => existsSync(join(folder, DESCRIPTION_FILES[kind])));
}

/** Whether a path is that of a model or of a run with one; `modelFolderOf` says which. */
export function isModel(path: string): boolean {
  const run = new RunFolder(path);
  return [path, run.best, run.last].some((folder) => findKind(folder) !== undefined);
}

/**
 * The folder of a model: that of a run (its best one), or the folder itself.
 *
 * @throws AnchorkitError if there is none; where a run has only the last one, it is not taken in place of the best
 */
export function modelFolderOf(path: string): string {
  if (findKind(path) !== undefined) return path;
  const run = new RunFolder(path);
  if (findKind(run.best) !== undefined) return run.best;
  if (findKind(run.last) !== undefined) {
    throw new AnchorkitError(
      `${path}: has no best weights (nothing in ${run.best}); the last ones, measured or not, are in ${run.last}`,
    );
  }
  throw new AnchorkitError(`${path}: holds no trained model (neither a run of detect train, nor best or last of one)`);
}
