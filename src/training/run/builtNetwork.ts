import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { disposeWeights, type NamedValues, setWeights } from "../../core/namedWeights.ts";

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if it cannot be built, or the weights are not its own; nothing is left behind then
 */
export function builtNetwork<T extends { model: tf.LayersModel }>(
  folder: string,
  weights: NamedValues,
  build: () => T,
): T {
  const network = buildFor(folder, build);
  try {
    setWeights(network.model, weights, `${folder}: the weights`);
  } catch (error) {
    disposeWeights(network.model);
    throw error;
  }
  return network;
}

function buildFor<T>(folder: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw new AnchorkitError(`${folder}: the network cannot be built: ${messageOf(error).split("\n")[0]}`);
  }
}
