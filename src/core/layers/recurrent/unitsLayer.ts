import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { ActivationName } from "../../ops/activations.ts";
import { dense } from "../../ops/dense.ts";
import { droppedProduct, matrixProduct, type ProductOf } from "../../ops/recurrent/product.ts";
import { checkedRate } from "../noise.ts";
import { whoOf } from "../single.ts";
import { OrthogonalRows } from "./initializers.ts";
import { elementwise } from "./elementwise.ts";
import { type Pass, RecurrentLayer, type RecurrentConfig } from "./recurrentLayer.ts";

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
    this.activation = elementwise(this, config.activation ?? "tanh");
    this.useBias = config.useBias ?? true;
    this.dropout = checkedRate(`${whoOf(this)}: dropout`, config.dropout ?? 0);
    this.recurrentDropout = checkedRate(`${whoOf(this)}: recurrentDropout`, config.recurrentDropout ?? 0);
  }

  /** How many gates stand side by side in the weights. */
  protected abstract readonly gates: number;

  /** The shape of the bias. */
  protected biasShape(): number[] {
    return [this.gates * this.units];
  }

  /** What the bias starts as. */
  protected biasInitializer(): tf.serialization.Serializable {
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
    if (this.useBias) this.#bias = this.addWeight("bias", this.biasShape(), "float32", this.biasInitializer() as never);
  }

  /** The bias as it is, to compute with. */
  protected get biasValue(): tf.Tensor | undefined {
    return this.#bias?.read();
  }

  /** What the inputs and a bias add to the gates, for all steps at once: [time, batch, features] -> [time, batch, ...]. */
  protected project({ x, training }: Pass, bias: tf.Tensor | undefined): tf.Tensor {
    if (!this.#kernel) throw new Error(`${this.name}: used before it was built`);
    const kernel = this.#kernel.read();
    // As in Keras, each gate drops inputs of its own where parts of the state are dropped, too.
    const shape = [x.shape[1] ?? 0, x.shape[2] ?? 0];
    const masks = this.masks(training ? this.dropout : 0, this.recurrentDropout > 0 ? this.gates : 1, shape);
    if (!masks || masks.length === 1) return dense(masks?.[0] ? x.mul(masks[0]) : x, kernel, bias);
    const kernels = tf.split(kernel, masks.length, 1);
    const sums = tf.concat(masks.map((mask, k) => dense(x.mul(mask), kernels[k] as tf.Tensor, undefined)), -1); // prettier-ignore
    return bias ? sums.add(bias) : sums;
  }

  /** The product of the state with the gates from one to another; some of the state is dropped in training. */
  protected stateProduct({ initial, training }: Pass, from: number, to: number): ProductOf {
    if (!this.#recurrentKernel) throw new Error(`${this.name}: used before it was built`);
    const all = this.#recurrentKernel.read() as tf.Tensor2D;
    const whole = from === 0 && to === this.gates;
    const own = whole ? all : all.slice([0, from * this.units], [-1, (to - from) * this.units]);
    const shape = [initial[0]?.shape[0] ?? 0, this.units];
    const masks = this.masks(training ? this.recurrentDropout : 0, to - from, shape);
    const product = matrixProduct(own);
    return masks ? droppedProduct(product, masks) : product;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { units, activation, useBias, dropout, recurrentDropout } = this;
    return { ...super.getConfig(), units, activation, useBias, dropout, recurrentDropout };
  }
}
