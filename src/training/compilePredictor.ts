import type * as tf from "@tensorflow/tfjs";
import { weightsOf } from "../core/namedWeights.ts";
import type { Engine } from "../engine/load.ts";
import { compileProgram, type Program } from "../engine/graph/program.ts";
import type { Step } from "../engine/graph/step.ts";
import { chooseFastPrecision } from "../engine/precision.ts";
import type { PredictorOptions } from "./predictorOptions.ts";

/** The step `predict` of a trained network, compiled with its weights as constants. */
export function compilePredictor(
  predict: Step,
  model: tf.LayersModel,
  engine: Engine,
  { precision = "auto" }: PredictorOptions,
): Promise<Program> {
  return compileProgram(
    { predict },
    {
      variables: weightsOf(model, false),
      frozen: true,
      precision: precision === "auto" ? chooseFastPrecision(engine) : precision,
    },
  );
}
