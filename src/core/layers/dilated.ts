import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import "../ops/dilatedGradients.ts";
import { singleShape, singleTensor, whoOf } from "./single.ts";

/** An activation as tfjs holds it. */
interface Applied {
  apply(x: tf.Tensor): tf.Tensor;
}

/** What tfjs's convolution layers have inside, beyond what their type says. */
interface ConvolutionLayer extends tf.layers.Layer {
  kernelSize: [number, number];
  strides: [number, number];
  dilationRate: [number, number];
  padding: "same" | "valid";
  dataFormat: "channelsLast" | "channelsFirst";
  /** What is applied to the result; null for none. */
  activation: Applied | null;
  bias: tf.LayerVariable | null;
  kernel: tf.LayerVariable;
  depthwiseKernel: tf.LayerVariable;
  depthwiseConstraint: tf.serialization.Serializable | null;
}

interface ConvolutionClass<Config> {
  new (config: Config): ConvolutionLayer;
  /** Makes a layer of what `getConfig` gave. */
  fromConfig: typeof tf.layers.Layer.fromConfig;
}

type Conv2DConfig = Parameters<typeof tf.layers.conv2d>[0];
type DepthwiseConv2DConfig = Parameters<typeof tf.layers.depthwiseConv2d>[0];

const TfjsConv2D = tfjsClass<Conv2DConfig>("Conv2D");
const TfjsDepthwiseConv2D = tfjsClass<DepthwiseConv2DConfig>("DepthwiseConv2D");

/**
 * tfjs's `tf.layers.conv2d`, whose dilated convolutions can be trained: tfjs's own fuses the convolution with its bias,
 * and that has no gradient with `dilationRate` above 1. Takes the same settings, has the same weights, and is registered
 * under the same name, so that it takes the place of tfjs's own when a model is read.
 *
 * [n, h, w, c] -> [n, h', w', filters]
 *
 * @throws AnchorkitError if both strides and dilationRate exceed 1, as in Keras
 */
export class Conv2D extends TfjsConv2D {
  static className = "Conv2D";

  constructor(config: Conv2DConfig) {
    super(config);
    refuseStrides(this);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[] {
    if (!isDilated(this)) return super.call(inputs, kwargs);
    return convolve(this, inputs, (x) =>
      tf.conv2d(x, this.kernel.read() as tf.Tensor4D, 1, this.padding, "NHWC", this.dilationRate),
    );
  }
}
tf.serialization.registerClass(Conv2D);

/** tfjs's `tf.layers.depthwiseConv2d` with the `dilationRate` that tfjs's own takes and overlooks; see {@link Conv2D}. */
export class DepthwiseConv2D extends TfjsDepthwiseConv2D {
  static className = "DepthwiseConv2D";

  constructor(config: DepthwiseConv2DConfig) {
    super(config);
    refuseStrides(this);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>): tf.Tensor | tf.Tensor[] {
    if (!isDilated(this)) return super.call(inputs, kwargs);
    return convolve(this, inputs, (x) =>
      tf.depthwiseConv2d(x, this.depthwiseKernel.read() as tf.Tensor4D, 1, this.padding, "NHWC", this.dilationRate),
    );
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const shape = super.computeOutputShape(inputShape) as tf.Shape;
    if (!isDilated(this) || this.padding === "same") return shape;
    const input = singleShape(this, inputShape);
    const from = this.dataFormat === "channelsFirst" ? 2 : 1; // the axis of the rows
    return shape.map((size, axis) => {
      const [kernel, dilation, length] = [this.kernelSize[axis - from], this.dilationRate[axis - from], input[axis]];
      return kernel === undefined || dilation === undefined || length == null ? size : length - (kernel - 1) * dilation;
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const constraint = this.depthwiseConstraint; // tfjs writes the regularizer there
    const depthwiseConstraint = constraint && { className: constraint.getClassName(), config: constraint.getConfig() };
    return { ...super.getConfig(), depthwiseConstraint };
  }
}
tf.serialization.registerClass(DepthwiseConv2D);

function tfjsClass<Config>(name: string): ConvolutionClass<Config> {
  const [found] = tf.serialization.SerializationMap.getMap().classNameMap[name] ?? [];
  return found as unknown as ConvolutionClass<Config>;
}

function isDilated({ dilationRate }: ConvolutionLayer): boolean {
  return dilationRate.some((rate) => rate > 1);
}

function refuseStrides(layer: ConvolutionLayer): void {
  const { strides, dilationRate } = layer;
  if (!isDilated(layer) || strides.every((stride) => stride === 1)) return;
  throw new AnchorkitError(
    `${whoOf(layer)}: strides ${strides.join(", ")} and dilationRate ${dilationRate.join(", ")} cannot both exceed 1`,
  );
}

/** The convolution with what tfjs's layers do around it: channels last, bias, activation. */
function convolve(
  layer: ConvolutionLayer,
  inputs: tf.Tensor | tf.Tensor[],
  run: (x: tf.Tensor4D) => tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const x = singleTensor(layer, inputs) as tf.Tensor4D;
    const first = layer.dataFormat === "channelsFirst";
    let y = run(first ? x.transpose([0, 2, 3, 1]) : x);
    if (layer.bias) y = y.add(layer.bias.read());
    if (layer.activation) y = layer.activation.apply(y);
    return first ? y.transpose([0, 3, 1, 2]) : y;
  });
}
