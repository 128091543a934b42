import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError, messageOf } from "../base/errors.ts";
import { readJsonWithin } from "../core/boundedFiles.ts";
import { disposeWeights, setWeights } from "../core/namedWeights.ts";
import { readWeights } from "../core/modelFiles.ts";
import "./layers.ts"; // registers the layers that models are made of

const LARGEST = 64 * 2 ** 20;
const ModelFile = z.looseObject({ modelTopology: z.record(z.string(), z.unknown()) });

/**
 * The model that `CompiledModel.save` wrote: in the folder, or the best one of a folder that `fit` wrote. It is not
 * compiled. The engine must be loaded.
 *
 * @throws AnchorkitError for a folder without a model, and for files that are damaged or do not belong together
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const path = existsSync(join(folder, "best")) ? join(folder, "best") : folder;
  const { modelTopology } = await readJsonWithin(join(path, "model.json"), LARGEST, ModelFile);
  const weights = await readWeights(path);
  let model: tf.LayersModel;
  try {
    model = await tf.models.modelFromJSON({ modelTopology } as never);
  } catch (error) {
    throw new AnchorkitError(`${path}: no model can be built of its model.json: ${messageOf(error)}`);
  }
  try {
    setWeights(model, weights, `${path}: the weights`);
  } catch (error) {
    disposeWeights(model);
    throw error;
  }
  return model;
}
