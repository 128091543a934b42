import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { shown } from "../../base/shown.ts";
import { ACTIVATIONS, type ActivationName } from "../ops/activations.ts";
import { singleTensor } from "./single.ts";

export interface ActivationConfig {
  activation: ActivationName;
  name?: string;
  inputShape?: tf.Shape;
}

/**
 * An activation by Keras's name as a layer, any shape -> the same: see {@link ACTIVATIONS} for the names and formulas.
 * Registered as Keras's `Activation`: it takes the place of tfjs's own when a model is read.
 *
 * @throws AnchorkitError if there is no activation of the name
 */
export class Activation extends tf.layers.Layer {
  static className = "Activation";
  override supportsMasking = true;
  readonly activation: ActivationName;

  constructor(config: ActivationConfig) {
    super(config);
    this.activation = activationName(config.activation);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => ACTIVATIONS[this.activation](singleTensor(this, inputs)));
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), activation: this.activation };
  }
}
tf.serialization.registerClass(Activation);

/**
 * A name as it was given, or as tfjs reads it from a model, `hardSwish` for `hard_swish`.
 *
 * @throws AnchorkitError if there is no activation of the name
 */
export function activationName(name: string): ActivationName {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (snake in ACTIVATIONS) return snake as ActivationName;
  const known = Object.keys(ACTIVATIONS).join(", ");
  throw new AnchorkitError(`Activation: there is no activation ${shown(name)}; there are ${known}`);
}

/**
 * Makes the activations that tfjs lacks known to it, so that `tf.layers.dense({ activation: "hard_swish" })` and the
 * like work. What tfjs has under a name stays: its `hardSigmoid` is that of Keras 2, which its LSTMs are made with.
 */
function teachTfjs(): void {
  const registered = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const [name, apply] of Object.entries(ACTIVATIONS)) {
    const camel = name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (camel in registered) continue; // also under its own name: hard_sigmoid would be read back as hardSigmoid
    for (const className of new Set([name, camel])) {
      class NamedActivation extends tf.serialization.Serializable {
        static className = className;
        apply(x: tf.Tensor): tf.Tensor {
          return tf.tidy(() => apply(x));
        }
        override getConfig(): tf.serialization.ConfigDict {
          return {};
        }
      }
      tf.serialization.registerClass(NamedActivation);
    }
  }
}
teachTfjs();
