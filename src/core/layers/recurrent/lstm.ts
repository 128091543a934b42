import * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../../ops/activations.ts";
import { lstm } from "../../ops/recurrent/lstm.ts";
import { elementwise } from "./elementwise.ts";
import { ForgetBias } from "./initializers.ts";
import type { Pass } from "./recurrentLayer.ts";
import { UnitsLayer, type UnitsConfig } from "./unitsLayer.ts";

export interface LstmConfig extends UnitsConfig {
  /** What the gates are squashed with (default `sigmoid`). */
  recurrentActivation?: ActivationName;
  /** Whether the bias of the forget gate starts at 1, so that a network remembers at first (default true). */
  unitForgetBias?: boolean;
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997), Keras's `LSTM`: [batch, time, features] -> [batch, units],
 * or [batch, time, units] with `returnSequences`; its states are h and c, [batch, units] each. Inputs, masks and states:
 * {@link RecurrentLayer}. Weights kernel [features, 4 units], recurrent_kernel [units, 4 units] and bias [4 units], the
 * gates in Keras's order: input, forget, candidate, output.
 */
export class Lstm extends UnitsLayer {
  static className = "Lstm";
  readonly recurrentActivation: ActivationName;
  readonly unitForgetBias: boolean;
  protected override readonly gates = 4;

  constructor(config: LstmConfig) {
    super(config);
    this.recurrentActivation = elementwise(this, config.recurrentActivation ?? "sigmoid");
    this.unitForgetBias = config.unitForgetBias ?? true;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { recurrentActivation, unitForgetBias } = this;
    return { ...super.getConfig(), recurrentActivation, unitForgetBias };
  }

  /** What the bias starts as: 1 for the forget gate, with `unitForgetBias`. */
  protected override biasInitializer(): tf.serialization.Serializable {
    return this.unitForgetBias ? new ForgetBias() : super.biasInitializer();
  }

  protected override stateShapes(): tf.Shape[] {
    return [[this.units], [this.units]];
  }

  protected override run(pass: Pass): tf.Tensor[] {
    const { activation, recurrentActivation } = this;
    return lstm(
      this.project(pass, this.biasValue),
      pass.initial as [tf.Tensor, tf.Tensor],
      this.stateProduct(pass, 0, this.gates),
      { activation, recurrentActivation, throughCells: pass.statesOut },
    );
  }
}
tf.serialization.registerClass(Lstm);
