import * as tf from "@tensorflow/tfjs";

/** One step of a recurrent network: what comes in and the states before it -> the states after it. */
export type CellStep = (input: tf.Tensor, states: readonly tf.Tensor[]) => tf.Tensor[];

/**
 * Runs a cell over all steps.
 *
 * @param inputs [time, batch, ...] @param initial the states before the first step, [batch, ...]
 * @returns of each state its values after every step, [time, batch, ...]
 */
export function scan(inputs: tf.Tensor, initial: readonly tf.Tensor[], step: CellStep): tf.Tensor[] {
  let states = [...initial];
  const all = tf.unstack(inputs).map((input) => (states = step(input, states)));
  return initial.map((_, k) => tf.stack(all.map((after) => after[k] as tf.Tensor)));
}
