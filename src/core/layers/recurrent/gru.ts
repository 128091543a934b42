import * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../../ops/activations.ts";
import { gruResetAfter, gruResetBefore } from "../../ops/recurrent/gru.ts";
import { elementwise } from "./elementwise.ts";
import type { Pass } from "./recurrentLayer.ts";
import { UnitsLayer, type UnitsConfig } from "./unitsLayer.ts";

export interface GruConfig extends UnitsConfig {
  /** What the gates are squashed with (default `sigmoid`). */
  recurrentActivation?: ActivationName;
  /** Whether the reset gate comes after the product with the state, or before it (default true). */
  resetAfter?: boolean;
}

/**
 * A gated recurrent unit (Cho et al., 2014), Keras's `GRU`: [batch, time, features] -> [batch, units], or
 * [batch, time, units] with `returnSequences`; its one state is its output. Inputs, masks and states:
 * {@link RecurrentLayer}. Weights kernel [features, 3 units], recurrent_kernel [units, 3 units] and bias, [2, 3 units]
 * with `resetAfter`, else [3 units]; the gates in Keras's order: update, reset, candidate.
 */
export class Gru extends UnitsLayer {
  static className = "Gru";
  readonly recurrentActivation: ActivationName;
  readonly resetAfter: boolean;
  protected override readonly gates = 3;

  constructor(config: GruConfig) {
    super(config);
    this.recurrentActivation = elementwise(this, config.recurrentActivation ?? "sigmoid");
    this.resetAfter = config.resetAfter ?? true;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { recurrentActivation, resetAfter } = this;
    return { ...super.getConfig(), recurrentActivation, resetAfter };
  }

  /** The shape of the bias: a row for the input and one for the state, with `resetAfter`. */
  protected override biasShape(): number[] {
    return this.resetAfter ? [2, ...super.biasShape()] : super.biasShape();
  }

  protected override stateShapes(): tf.Shape[] {
    return [[this.units]];
  }

  protected override run(pass: Pass): tf.Tensor[] {
    const { activation, recurrentActivation } = this;
    const options = { activation, recurrentActivation };
    const initial = pass.initial[0] as tf.Tensor;
    if (!this.resetAfter) {
      const products = { gates: this.stateProduct(pass, 0, 2), last: this.stateProduct(pass, 2, 3) };
      return [gruResetBefore(this.project(pass, this.biasValue), initial, products, options)];
    }
    const [own, bias] = this.biasValue ? tf.unstack(this.biasValue) : [];
    const product = { ...this.stateProduct(pass, 0, this.gates), bias };
    return [gruResetAfter(this.project(pass, own), initial, product, options)];
  }
}
tf.serialization.registerClass(Gru);
