import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import type { Precision } from "../engine/graph/program.ts";
import { type EngineChoice, loadEngine } from "../engine/load.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import type { OptimizerFactory } from "../training/optimizers/optimizer.ts";
import { optimizerNamed } from "../training/optimizers/optimizerNamed.ts";
import { CompiledModel } from "./compiledModel.ts";
import { replacementOf } from "./layers.ts";
import { ModelProgram } from "./modelProgram.ts";
import { type ObjectiveOptions, objectivesOf } from "./objectives.ts";

export interface CompileOptions extends ObjectiveOptions {
  /** By Keras's name, with Keras's defaults, or made: `sgd({ learningRate: 0.1, momentum: 0.9 })`; "rmsprop" unless told. */
  optimizer?: string | OptimizerFactory;
  /** What convolutions and matrix products are computed in; weights stay float32. "float32" unless told. */
  precision?: Precision;
  /** "auto" unless told: TensorFlow's library where it is there. */
  engine?: EngineChoice;
}

/**
 * Prepares a model of tfjs's layers for `fit`, `evaluate` and `predict`, as Keras's `model.compile` does. On TensorFlow's
 * library each of them is compiled to one graph for each shape of batches. Which weights learn is decided here:
 * compile again after setting `trainable`.
 *
 * The model remains its maker's: the weights are up to date after `fit` and after `pull`, and what is assigned to them
 * in between counts.
 *
 * @throws AnchorkitError for losses, metrics or optimizers that are not there, for a model that is not built, and for
 * layers that no graph can be made of
 */
export async function compile(model: tf.LayersModel, options: CompileOptions): Promise<CompiledModel> {
  knownOptions("compile", options, {
    ...({ optimizer: true, loss: true, lossWeights: true, metrics: true, precision: true, engine: true } as const),
  });
  const { optimizer = "rmsprop", precision = "float32", engine = "auto" } = options;
  await loadEngine({ engine });
  if (!model.built) build(model);
  checkLayers(model);
  const objectives = objectivesOf(model.outputNames, options);
  const factory = optimizerNamed(optimizer);
  return new CompiledModel(new ModelProgram(model, objectives, factory, precision));
}

/** @throws AnchorkitError for a sequential model whose first layer does not say what it takes */
function build(model: tf.LayersModel): void {
  try {
    model.build(model.inputs.map(({ shape }) => shape));
  } catch {
    throw new AnchorkitError(`compile: the model ${model.name} is not built; give its first layer an inputShape`);
  }
}

/** @throws AnchorkitError for a layer that draws in JavaScript, or assigns to its weights while it is applied */
function checkLayers(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    if (layer instanceof tf.LayersModel) checkLayers(layer);
    const replacement = replacementOf(layer);
    if (replacement !== undefined) {
      throw new AnchorkitError(
        `compile: the layer ${layer.name} is tfjs's own ${layer.getClassName()}, which cannot be part of a graph; ` +
          `make it with layers.${replacement} of anchorkit/keras`,
      );
    }
  }
}
