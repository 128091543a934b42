import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { Dropout } from "../../core/layers/dropout.ts";
import { Gru } from "../../core/layers/recurrent/gru.ts";
import { Lstm } from "../../core/layers/recurrent/lstm.ts";
import { featuresOf, type ForecasterDescription } from "./description.ts";

/** Windows [n, window, features] to corrections [n, horizon * columns]. */
export interface ForecasterNetwork {
  model: tf.LayersModel;
}

/**
 * Recurrent layers over the window, and from their last state all steps of the horizon at once; beside them a linear
 * model of the window itself, which keeps the scale of what it sees (Lai et al., "Modeling Long- and Short-Term Temporal
 * Patterns with Deep Neural Networks", 2018). Both begin at 0: an untrained network forecasts its residual's baseline.
 */
export function buildForecaster(
  {
    architecture,
    window,
    horizon,
    ...described
  }: Pick<ForecasterDescription, "architecture" | "window" | "horizon" | "columns" | "inputs" | "season" | "calendar">,
  random: Random,
): ForecasterNetwork {
  const { rnn, units, layers, dropout } = architecture;
  const seedOf = (layer: string): number => random.fork(layer).int(2 ** 31);
  const input = tf.input({ shape: [window, featuresOf(described)], name: "window" });
  let state: tf.SymbolicTensor = input;
  for (let i = 1; i <= layers; i++) {
    const name = `${rnn}${i}`;
    const options = { name, units, seed: seedOf(name), returnSequences: i < layers };
    const layer = rnn === "lstm" ? new Lstm(options) : new Gru(options);
    state = layer.apply(state) as tf.SymbolicTensor;
  }
  const features = new Dropout({ name: "dropout", rate: dropout }).apply(state) as tf.SymbolicTensor;
  const outputs = horizon * described.columns.length;
  const dense = (name: string, from: tf.SymbolicTensor): tf.SymbolicTensor =>
    tf.layers.dense({ name, units: outputs, kernelInitializer: "zeros" }).apply(from) as tf.SymbolicTensor;
  const seen = tf.layers.flatten({ name: "seen" }).apply(input) as tf.SymbolicTensor;
  const sum = tf.layers.add({ name: "correction" }).apply([dense("recurrent", features), dense("linear", seen)]);
  return { model: tf.model({ inputs: input, outputs: sum as tf.SymbolicTensor, name: "forecaster" }) };
}
