import * as tf from "@tensorflow/tfjs";
import { simpleRnn } from "../../ops/recurrent/simpleRnn.ts";
import type { Pass } from "./recurrentLayer.ts";
import { UnitsLayer } from "./unitsLayer.ts";

/**
 * A plain recurrent layer (Elman, 1990), Keras's `SimpleRNN`: h' = activation(W x + U h + b), [batch, time, features] ->
 * [batch, units], or [batch, time, units] with `returnSequences`; its one state is its output. Inputs, masks and states:
 * {@link RecurrentLayer}. Weights kernel [features, units], recurrent_kernel [units, units] and bias [units].
 */
export class SimpleRnn extends UnitsLayer {
  static className = "SimpleRnn";
  protected override readonly gates = 1;

  protected override stateShapes(): tf.Shape[] {
    return [[this.units]];
  }

  protected override run(pass: Pass): tf.Tensor[] {
    const product = this.stateProduct(pass, 0, 1);
    return [simpleRnn(this.project(pass, this.biasValue), pass.initial[0] as tf.Tensor, product, this.activation)];
  }
}
tf.serialization.registerClass(SimpleRnn);
