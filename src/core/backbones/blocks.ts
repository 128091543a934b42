import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { Activation } from "../layers/activation.ts";
import { BatchNorm } from "../layers/batchNorm.ts";
import { Relu } from "../layers/relu.ts";
import type { ActivationName } from "../ops/activations.ts";
import { channelsOf, type BackboneOptions, type PublishedForm } from "./backbone.ts";

/** The layers that backbones are put together from; each takes a map and gives one. */
export interface Blocks {
  /** Convolution, padded to the size of its input over the stride, and without bias unless said otherwise. */
  conv(x: tf.SymbolicTensor, name: string, filters: number, kernelSize: Sides, more?: ConvSettings): tf.SymbolicTensor;
  /** Transposed convolution of 2x2 with stride 2, without bias: a map twice as high and wide. */
  transposed(x: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor;
  /** Convolution of each channel by itself, 3x3 unless told, padded likewise, without bias. */
  depthwise(x: tf.SymbolicTensor, name: string, strides: number, kernelSize?: number): tf.SymbolicTensor;
  norm(x: tf.SymbolicTensor, name: string, initialGamma?: number): tf.SymbolicTensor;
  relu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  activation(x: tf.SymbolicTensor, name: string, activation: ActivationName): tf.SymbolicTensor;
  add(x: tf.SymbolicTensor, y: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  /** Zeros around the map, then a maximum over 3x3 with stride 2 inside it. */
  paddedMaxPool(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
}

/** Down and across; one number is both. */
type Sides = number | [down: number, across: number];

interface ConvSettings {
  strides?: Sides;
  padding?: "same" | "valid";
  useBias?: boolean;
}

/**
 * Blocks whose kernels start normally distributed with variance 2 / fan-in (He et al., "Delving Deep into
 * Rectifiers", 2015), drawn from `options.random`.
 */
export function blocks(options: BackboneOptions, defaults: Omit<PublishedForm, "preprocessing">): Blocks {
  const norm = {
    momentum: options.momentum ?? defaults.momentum,
    epsilon: options.epsilon ?? defaults.epsilon,
  };
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const pad = (x: tf.SymbolicTensor, name: string, [down, across]: readonly [number, number]): tf.SymbolicTensor =>
    apply(tf.layers.zeroPadding2d({ name, padding: [[down, down], [across, across]] }), x); // prettier-ignore
  /** SAME pads alike on all sides without strides, and with them more behind than in front where sizes are even. */
  const padded = (x: tf.SymbolicTensor, name: string, kernel: readonly [number, number], strides: Sides = 1) => {
    const margins = [Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2)] as const;
    const isSame = defaults.evenPadding !== true || sides(strides).every((stride) => stride === 1);
    if (isSame || margins.every((margin) => margin === 0)) return { x, padding: "same" as const };
    return { x: pad(x, `${name}_pad`, margins), padding: "valid" as const };
  };
  return {
    conv(x, name, filters, kernelSize, more) {
      const [down, across] = sides(kernelSize);
      const kernelInitializer = heNormal(down * across * channelsOf(x), options.random);
      const { x: input, padding } = padded(x, name, [down, across], more?.strides);
      const settings = { name, filters, kernelSize, kernelInitializer };
      return apply(tf.layers.conv2d({ padding, useBias: false, ...settings, ...more }), input);
    },
    transposed(x, name, filters) {
      const kernelInitializer = heNormal(channelsOf(x), options.random); // each pixel is one pixel's alone
      const settings = { name, filters, kernelSize: 2, strides: 2, useBias: false, kernelInitializer };
      return apply(tf.layers.conv2dTranspose({ padding: "same", ...settings }), x);
    },
    depthwise(x, name, strides, kernelSize = 3) {
      const depthwiseInitializer = heNormal(kernelSize ** 2, options.random);
      const { x: input, padding } = padded(x, name, [kernelSize, kernelSize], strides);
      const settings = { name, kernelSize, strides, useBias: false, depthwiseInitializer };
      return apply(tf.layers.depthwiseConv2d({ padding, ...settings }), input);
    },
    norm: (x, name, initialGamma = 1) => apply(new BatchNorm({ name, ...norm, initialGamma }), x),
    relu: (x, name) => apply(new Relu({ name }), x),
    activation: (x, name, activation) => apply(new Activation({ name, activation }), x),
    add: (x, y, name) => apply(tf.layers.add({ name }), [x, y]),
    paddedMaxPool: (x, name) =>
      apply(tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 3, strides: 2 }), pad(x, `${name}_pad`, [1, 1])),
  };
}

function sides(of: Sides): readonly [down: number, across: number] {
  return typeof of === "number" ? [of, of] : of;
}

function heNormal(fanIn: number, random: Random): ReturnType<typeof tf.initializers.randomNormal> {
  return tf.initializers.randomNormal({ mean: 0, stddev: Math.sqrt(2 / fanIn), seed: random.uint32() });
}
