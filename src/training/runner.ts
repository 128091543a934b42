import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { weightsOf } from "../core/namedWeights.ts";
import type { Engine } from "../engine/load.ts";
import { compileProgram } from "../engine/graph/program.ts";
import type { Runner, Step } from "../engine/graph/step.ts";
import { chooseFastPrecision } from "../engine/precision.ts";
import type { PredictorOptions } from "./predictorOptions.ts";

/** The step `predict` of a trained network, compiled with its weights as constants. */
export async function networkRunner(
  predict: Step,
  model: tf.LayersModel,
  engine: Engine,
  { batch, precision = "auto" }: PredictorOptions & { batch: number },
): Promise<Runner> {
  const program = await compileProgram(
    { predict },
    {
      variables: weightsOf(model, false),
      frozen: true,
      precision: precision === "auto" ? chooseFastPrecision(engine) : precision,
    },
  );
  return {
    batch,
    run: (inputs) => program.run("predict", inputs),
    dispose() {
      program.dispose();
    },
  };
}

/**
 * The network of a predictor that was opened from a run.
 *
 * @throws AnchorkitError for one that was opened from an exported file, which has no layers any more
 */
export function networkIn<Network>(network: Network | undefined): Network {
  if (network) return network;
  throw new AnchorkitError("an exported file answers questions and no more; take the run that it was exported from");
}
