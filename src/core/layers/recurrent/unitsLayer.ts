import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { ActivationName } from "../../ops/activations.ts";
import { activationName } from "../activation.ts";
import { checkedRate } from "../noise.ts";
import { whoOf } from "../single.ts";
import { OrthogonalRows } from "./initializers.ts";
import { RecurrentLayer, type RecurrentConfig } from "./recurrentLayer.ts";

export interface UnitsConfig extends RecurrentConfig {
  /** The length of the output. */
  units: number;
  /** What the output is squashed with (default `tanh`). */
  activation?: ActivationName;
  /** Whether there is a bias (default true). */
  useBias?: boolean;
  /** Share of the inputs that is dropped in training, the same at all steps (default 0). */
  dropout?: number;
  /** Share of the state that is dropped in training where it is multiplied, the same at all steps (default 0). */
  recurrentDropout?: number;
}

/** A recurrent layer of some units, with Keras's weights kernel, recurrent_kernel and bias: gates side by side. */
export abstract class UnitsLayer extends RecurrentLayer {
  readonly units: number;
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  #kernel: tf.LayerVariable | undefined;
  #recurrentKernel: tf.LayerVariable | undefined;
  #bias: tf.LayerVariable | undefined;

  constructor(config: UnitsConfig) {
    super(config);
    if (!Number.isInteger(config.units) || config.units < 1) {
      throw new AnchorkitError(`${whoOf(this)}: units is ${shown(config.units)}; give a whole number of 1 or more`);
    }
    this.units = config.units;
    this.activation = activationName(config.activation ?? "tanh");
    this.useBias = config.useBias ?? true;
    this.dropout = checkedRate(`${whoOf(this)}: dropout`, config.dropout ?? 0);
    this.recurrentDropout = checkedRate(`${whoOf(this)}: recurrentDropout`, config.recurrentDropout ?? 0);
  }

  /** How many gates stand side by side in the weights. */
  protected abstract readonly gates: number;

  protected biasShape(): number[] {
    return [this.gates * this.units];
  }

  protected biasInitializer(): Parameters<tf.layers.Layer["addWeight"]>[3] {
    return tf.initializers.zeros();
  }

  protected override buildWeights(x: tf.Shape): void {
    const features = x.at(-1);
    if (x.length !== 3 || features == null) {
      throw new AnchorkitError(`${whoOf(this)}: takes [batch, time, features], got ${shown(x)}`);
    }
    const columns = this.gates * this.units;
    const { seed } = this;
    const drawn = tf.initializers.glorotUniform(seed === undefined ? {} : { seed });
    this.#kernel = this.addWeight("kernel", [features, columns], "float32", drawn);
    const orthogonal = new OrthogonalRows({ seed }) as never;
    this.#recurrentKernel = this.addWeight("recurrent_kernel", [this.units, columns], "float32", orthogonal);
    if (this.useBias) this.#bias = this.addWeight("bias", this.biasShape(), "float32", this.biasInitializer());
  }

  /** The weights as they are, to compute with. */
  protected weightValues(): { kernel: tf.Tensor2D; recurrentKernel: tf.Tensor2D; bias: tf.Tensor | undefined } {
    if (!this.#kernel || !this.#recurrentKernel) throw new Error(`${this.name}: used before it was built`);
    return {
      kernel: this.#kernel.read() as tf.Tensor2D,
      recurrentKernel: this.#recurrentKernel.read() as tf.Tensor2D,
      bias: this.#bias?.read(),
    };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, activation, useBias, dropout, recurrentDropout } = this;
    return { ...super.getConfig(), units, activation, useBias, dropout, recurrentDropout };
  }
}
