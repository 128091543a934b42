import * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../../ops/activations.ts";
import { gru } from "../../ops/recurrent/gru.ts";
import { activationName } from "../activation.ts";
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
    this.recurrentActivation = activationName(config.recurrentActivation ?? "sigmoid");
    this.resetAfter = config.resetAfter ?? true;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { recurrentActivation, resetAfter } = this;
    return { ...super.getConfig(), recurrentActivation, resetAfter };
  }

  protected override biasShape(): number[] {
    return this.resetAfter ? [2, ...super.biasShape()] : super.biasShape();
  }

  protected override stateShapes(): tf.Shape[] {
    return [[this.units]];
  }

  protected override run({ x, initial }: Pass): tf.Tensor[] {
    const { activation, recurrentActivation, resetAfter } = this;
    const options = { activation, recurrentActivation, resetAfter };
    return [gru(x as tf.Tensor3D, initial[0] as tf.Tensor2D, this.weightValues(), options)];
  }
}
tf.serialization.registerClass(Gru);
