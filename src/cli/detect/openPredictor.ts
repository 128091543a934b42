import { existsSync } from "node:fs";
import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Detector } from "../../detection/detector.ts";
import { type Manifest, Trained } from "../../export/manifest.ts";
import { exportedAt } from "../../export/exportedForm.ts";
import { modelNamed, openModel, type Predictor } from "../../models.ts";
import type { PredictorOptions } from "../../training/predictorOptions.ts";
import type { TaskKind } from "../../training/task.ts";
import { defined } from "../../base/defined.ts";

/** What kind of model is in a run or model folder, or an exported file, without opening it. */
export async function kindOfRun(weights: string): Promise<TaskKind> {
  const manifest = await manifestAt(weights);
  if (manifest) return modelNamed(manifest.description.model).task;
  const { kindOfModel, modelFolderOf } = await import("../../training/run/modelFolder.ts");
  return kindOfModel(modelFolderOf(weights));
}

/** What a model is read from: its folder, or its file. */
export async function placeOfModel(weights: string): Promise<string> {
  if (exportedAt(weights)) return weights;
  const { modelFolderOf } = await import("../../training/run/modelFolder.ts");
  return modelFolderOf(weights);
}

/** What is known of the training of a model; nothing of one without its run. */
export async function trainedWith(weights: string): Promise<Trained | undefined> {
  const manifest = await manifestAt(weights);
  if (manifest) return manifest.trained;
  const { RunFolder } = await import("../../training/run/runFolder.ts");
  const run = RunFolder.of(weights);
  return existsSync(run.config) ? checked(await run.readConfig(), Trained, run.config) : undefined;
}

/** What an exported model says of itself; undefined for a run. */
async function manifestAt(weights: string): Promise<Manifest | undefined> {
  const exported = exportedAt(weights);
  if (!exported) return undefined;
  const { readManifest } = await import("../../export/readManifest.ts");
  return readManifest(exported);
}

/** Opens a trained model of any kind as the flags have it. */
export function openPredictor(weights: string, { engine, precision }: PredictorOptions): Promise<Predictor> {
  return openModel(weights, defined({ engine, precision }));
}

/** @throws AnchorkitError if the model is no detector */
export async function openDetector(weights: string, options: PredictorOptions): Promise<Detector> {
  const model = await openPredictor(weights, options);
  if (model.kind === "detection") return model;
  model.dispose();
  throw new AnchorkitError(`${weights}: holds a model for ${model.kind}, and no detector`);
}
