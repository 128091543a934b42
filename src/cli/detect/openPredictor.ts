import { AnchorkitError } from "../../base/errors.ts";
import type { Detector } from "../../detection/detector.ts";
import { openModel, type Predictor } from "../../models.ts";
import type { PredictorOptions } from "../../training/predictorOptions.ts";
import type { TaskKind } from "../../training/task.ts";
import { defined } from "../../base/defined.ts";

/** What kind of model is in a run or model folder, without opening it. */
export async function kindOfRun(weights: string): Promise<TaskKind> {
  const { kindOfModel, modelFolderOf } = await import("../../training/run/modelFolder.ts");
  return kindOfModel(modelFolderOf(weights));
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
