import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { knownOptions } from "../geometry/knownOptions.ts";
import type { ModelProgram } from "./modelProgram.ts";
import { padded } from "./padded.ts";
import type { BatchData } from "./source.ts";
import { sourceOf } from "./sourceOf.ts";
import type { Data } from "./values.ts";

export interface PredictOptions {
  /** Samples in a batch; 32 unless told. Data that comes in batches has its own. */
  batchSize?: number;
  /** Of data that comes in batches: the first so many; all unless told. */
  steps?: number;
}

/** See `CompiledModel.predict`. */
export async function predictModel(
  model: ModelProgram,
  data: Data | BatchData,
  options: PredictOptions = {},
): Promise<tf.Tensor | tf.Tensor[]> {
  knownOptions("predict", options, { batchSize: true, steps: true });
  const { batchSize = 32, steps } = options;
  const source = sourceOf(data, undefined, model.ends, { batchSize, steps });
  const parts: tf.Tensor[][] = []; // of each batch, by output
  try {
    for await (const { batch, count } of padded(source.pass(0))) {
      const outputs = await model.predictBatch(batch);
      parts.push(outputs.map((output) => realOf(output, count)));
      await setImmediate();
    }
    const all = model.model.outputs.map((_, i) => tf.concat(parts.map((outputs) => outputs[i] as tf.Tensor)));
    return all.length === 1 ? (all[0] as tf.Tensor) : all;
  } finally {
    tf.dispose(parts);
    source.dispose();
  }
}

/** The first `count` samples; disposes of the others. */
function realOf(output: tf.Tensor, count: number): tf.Tensor {
  if (output.shape[0] === count) return output;
  const real = tf.slice(output, 0, count);
  output.dispose();
  return real;
}
