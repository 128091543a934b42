import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import type { ActivationName } from "../../ops/activations.ts";
import "../../ops/dilatedGradients.ts";
import { lstm } from "../../ops/recurrent/lstm.ts";
import { convolutionProduct, droppedProduct } from "../../ops/recurrent/product.ts";
import { checkedRate } from "../noise.ts";
import { whoOf } from "../single.ts";
import { elementwise } from "./elementwise.ts";
import { ForgetBias, OrthogonalRows } from "./initializers.ts";
import { type Pass, RecurrentLayer, type RecurrentConfig } from "./recurrentLayer.ts";

export interface ConvLstm2DConfig extends RecurrentConfig {
  /** The number of channels of the output. */
  filters: number;
  /** Height and width of the kernels; one number for both. */
  kernelSize: number | [number, number];
  /** Steps of the convolution of the inputs (default 1). */
  strides?: number | [number, number];
  /** Padding of the convolution of the inputs (default `valid`); that of the state keeps its size. */
  padding?: "valid" | "same";
  /** Dilation of the convolution of the inputs (default 1). */
  dilationRate?: number | [number, number];
  /** What the output is squashed with (default `tanh`). */
  activation?: ActivationName;
  /** What the gates are squashed with (default `sigmoid`). */
  recurrentActivation?: ActivationName;
  /** Whether there is a bias (default true). */
  useBias?: boolean;
  /** Whether the bias of the forget gate starts at 1 (default true). */
  unitForgetBias?: boolean;
  /** Share of the inputs that is dropped in training, the same at all steps (default 0). */
  dropout?: number;
  /** Share of the state that is dropped in training where it is convolved, the same at all steps (default 0). */
  recurrentDropout?: number;
}

const GATES = 4;

/**
 * An LSTM whose products are convolutions (Shi et al., "Convolutional LSTM Network", 2015), Keras's `ConvLSTM2D`:
 * [batch, time, height, width, channels] -> [batch, height', width', filters], or [batch, time, height', width', filters]
 * with `returnSequences`; its states h and c are maps of that size. Inputs, masks and states: {@link RecurrentLayer}.
 * Weights kernel [kh, kw, channels, 4 filters], recurrent_kernel [kh, kw, filters, 4 filters] and bias [4 filters], the
 * gates in Keras's order: input, forget, candidate, output.
 */
export class ConvLstm2D extends RecurrentLayer {
  static className = "ConvLstm2D";
  readonly filters: number;
  readonly kernelSize: [number, number];
  readonly strides: [number, number];
  readonly padding: "valid" | "same";
  readonly dilationRate: [number, number];
  readonly activation: ActivationName;
  readonly recurrentActivation: ActivationName;
  readonly useBias: boolean;
  readonly unitForgetBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  #kernel: tf.LayerVariable | undefined;
  #recurrentKernel: tf.LayerVariable | undefined;
  #bias: tf.LayerVariable | undefined;

  constructor(config: ConvLstm2DConfig) {
    super(config);
    const pair = (name: string, given: number | number[]): [number, number] => {
      const [first, second = first, ...more] = [given].flat();
      if (![first, second].every((n) => Number.isInteger(n) && (n ?? 0) >= 1) || more.length > 0) {
        throw new AnchorkitError(
          `${whoOf(this)}: ${name} is ${shown(given)}; give one or two whole numbers of 1 or more`,
        );
      }
      return [first ?? 1, second ?? 1];
    };
    [this.filters] = pair("filters", config.filters);
    this.kernelSize = pair("kernelSize", config.kernelSize);
    this.strides = pair("strides", config.strides ?? 1);
    this.padding = config.padding ?? "valid";
    this.dilationRate = pair("dilationRate", config.dilationRate ?? 1);
    if (Math.max(...this.strides) > 1 && Math.max(...this.dilationRate) > 1) {
      throw new AnchorkitError(`${whoOf(this)}: strides and dilationRate cannot both exceed 1`);
    }
    this.activation = elementwise(this, config.activation ?? "tanh");
    this.recurrentActivation = elementwise(this, config.recurrentActivation ?? "sigmoid");
    this.useBias = config.useBias ?? true;
    this.unitForgetBias = config.unitForgetBias ?? true;
    this.dropout = checkedRate(`${whoOf(this)}: dropout`, config.dropout ?? 0);
    this.recurrentDropout = checkedRate(`${whoOf(this)}: recurrentDropout`, config.recurrentDropout ?? 0);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { filters, kernelSize, strides, padding, dilationRate, activation, recurrentActivation } = this;
    const { useBias, unitForgetBias, dropout, recurrentDropout } = this;
    return {
      ...super.getConfig(),
      ...{ filters, kernelSize, strides, padding, dilationRate, activation, recurrentActivation },
      ...{ useBias, unitForgetBias, dropout, recurrentDropout },
    };
  }

  protected override stateShapes(x: tf.Shape): tf.Shape[] {
    const sides = [0, 1].map((axis) => {
      const side = x[axis + 2];
      const [kernel = 1, stride = 1, dilation = 1] = [
        this.kernelSize[axis],
        this.strides[axis],
        this.dilationRate[axis],
      ];
      if (side == null) return null;
      return Math.ceil((this.padding === "same" ? side : side - (kernel - 1) * dilation) / stride);
    });
    const shape = [...sides, this.filters];
    return [shape, shape];
  }

  protected override buildWeights(x: tf.Shape): void {
    const channels = x[4];
    if (x.length !== 5 || x.slice(2).includes(null) || channels == null) {
      throw new AnchorkitError(`${whoOf(this)}: takes [batch, time, height, width, channels], got ${shown(x)}`);
    }
    const columns = GATES * this.filters;
    const { seed } = this;
    const drawn = tf.initializers.glorotUniform(seed === undefined ? {} : { seed });
    const orthogonal = new OrthogonalRows({ seed }) as never;
    this.#kernel = this.addWeight("kernel", [...this.kernelSize, channels, columns], "float32", drawn);
    const own = [...this.kernelSize, this.filters, columns];
    this.#recurrentKernel = this.addWeight("recurrent_kernel", own, "float32", orthogonal);
    const start = (this.unitForgetBias ? new ForgetBias() : tf.initializers.zeros()) as never;
    if (this.useBias) this.#bias = this.addWeight("bias", [columns], "float32", start);
  }

  protected override run(pass: Pass): tf.Tensor[] {
    const { activation, recurrentActivation } = this;
    const options = { activation, recurrentActivation, throughCells: pass.statesOut };
    return lstm(this.#project(pass), pass.initial as [tf.Tensor, tf.Tensor], this.#product(pass), options);
  }

  /** What the inputs and the bias add to the gates: [time, batch, h, w, c] -> [time, batch, h', w', 4 filters]. */
  #project({ x, training }: Pass): tf.Tensor {
    if (!this.#kernel) throw new Error(`${this.name}: used before it was built`);
    const kernel = this.#kernel.read();
    const convolve = (from: tf.Tensor, part: tf.Tensor): tf.Tensor => {
      const images: tf.Tensor4D = from.reshape([-1, ...from.shape.slice(2)]);
      const maps = tf.conv2d(images, part as tf.Tensor4D, this.strides, this.padding, "NHWC", this.dilationRate);
      return maps.reshape([...from.shape.slice(0, 2), ...maps.shape.slice(1)]);
    };
    const masks = this.masks(training ? this.dropout : 0, GATES, x.shape.slice(1));
    const kernels = masks ? tf.split(kernel, GATES, -1) : [];
    const sums = masks
      ? tf.concat(masks.map((mask, k) => convolve(x.mul(mask), kernels[k] as tf.Tensor)), -1) // prettier-ignore
      : convolve(x, kernel);
    return this.#bias ? sums.add(this.#bias.read()) : sums;
  }

  #product({ initial, training }: Pass) {
    if (!this.#recurrentKernel) throw new Error(`${this.name}: used before it was built`);
    const shape = initial[0]?.shape ?? [];
    const product = convolutionProduct(this.#recurrentKernel.read() as tf.Tensor4D, shape.slice(1) as [number, number, number]); // prettier-ignore
    const masks = this.masks(training ? this.recurrentDropout : 0, GATES, shape);
    return masks ? droppedProduct(product, masks) : product;
  }
}
tf.serialization.registerClass(ConvLstm2D);
