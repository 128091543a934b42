import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import type { ActivationName } from "../../ops/activations.ts";
import { activationName } from "../activation.ts";
import { whoOf } from "../single.ts";

/**
 * The name of an activation that takes each number by itself, as the gates need it.
 *
 * @throws AnchorkitError for one that takes a whole row, and if there is none of the name
 */
export function elementwise(layer: tf.layers.Layer, given: string): ActivationName {
  const name = activationName(given);
  if (name !== "softmax" && name !== "log_softmax") return name;
  throw new AnchorkitError(`${whoOf(layer)}: ${name} takes a whole row; give an activation that takes single numbers`);
}
