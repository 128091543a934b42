import * as tf from "@tensorflow/tfjs";

/** New values of variables that a forward pass computed on its way, as batch normalisation's moving averages. */
type Collected = Map<tf.Variable, tf.Tensor>;

const collectors: Collected[] = [];

/**
 * Says that a variable is to take a new value. Layers call this in place of `variable.assign`, so that a training step
 * stays pure and can be compiled: inside `collectUpdates` the value is handed to the step's caller; outside, it is
 * assigned at once, as tfjs's own `model.fit` needs it.
 *
 * @throws if the shapes differ
 */
export function pushUpdate(variable: tf.Variable, value: tf.Tensor): void {
  tf.util.assertShapesMatch(variable.shape, value.shape, `pushUpdate: ${variable.name}: `);
  const collected = collectors.at(-1);
  if (!collected) {
    variable.assign(value);
    return;
  }
  collected.get(variable)?.dispose();
  collected.set(variable, tf.keep(value.clone())); // a clone, for the caller's tidy may own the value itself
}

/** The value that a variable has after the updates so far: what a layer that is applied twice in a step goes on from. */
export function latestValue(variable: tf.Variable): tf.Tensor {
  return collectors.at(-1)?.get(variable) ?? variable;
}

/**
 * Runs a forward pass and gathers what its layers pushed, in place of assigning it. The updates outlive any `tf.tidy`;
 * the caller assigns and disposes of them. Collectors nest: the innermost gathers.
 */
export function collectUpdates<T>(run: () => T): { result: T; updates: Map<tf.Variable, tf.Tensor> } {
  const updates: Collected = new Map();
  collectors.push(updates);
  try {
    return { result: run(), updates };
  } catch (error) {
    tf.dispose([...updates.values()]);
    throw error;
  } finally {
    collectors.pop();
  }
}
