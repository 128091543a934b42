import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { BatchNorm, type BatchNormConfig } from "../layers/batchNorm.ts";
import { Relu, Relu6 } from "../layers/relu.ts";
import { channelsOf, type BackboneOptions } from "./backbone.ts";

/** The layers that backbones are put together from; each takes a map and gives one. */
export interface Blocks {
  /** Convolution, SAME padding and without bias unless said otherwise. */
  conv(x: tf.SymbolicTensor, name: string, filters: number, kernelSize: Sides, more?: ConvSettings): tf.SymbolicTensor;
  /** Transposed convolution of 2x2 with stride 2, without bias: a map twice as high and wide. */
  transposed(x: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor;
  /** 3x3 convolution of each channel by itself, SAME padding, without bias. */
  depthwise(x: tf.SymbolicTensor, name: string, strides: number): tf.SymbolicTensor;
  norm(x: tf.SymbolicTensor, name: string, initialGamma?: number): tf.SymbolicTensor;
  relu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  relu6(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  add(x: tf.SymbolicTensor, y: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  /** Zeros around the map, then a maximum over 3x3 with stride 2 inside it. */
  paddedMaxPool(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor;
  pad(x: tf.SymbolicTensor, name: string, pixels: number): tf.SymbolicTensor;
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
export function blocks(
  options: BackboneOptions,
  defaults: Required<Pick<BatchNormConfig, "momentum" | "epsilon">>,
): Blocks {
  const norm = {
    momentum: options.momentum ?? defaults.momentum,
    epsilon: options.epsilon ?? defaults.epsilon,
  };
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor =>
    layer.apply(x) as tf.SymbolicTensor;
  const pad = (x: tf.SymbolicTensor, name: string, pixels: number): tf.SymbolicTensor =>
    apply(tf.layers.zeroPadding2d({ name, padding: [pixels, pixels] }), x);
  return {
    conv(x, name, filters, kernelSize, more) {
      const [down, across] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
      const kernelInitializer = heNormal(down * across * channelsOf(x), options.random);
      const settings = { name, filters, kernelSize, kernelInitializer };
      return apply(tf.layers.conv2d({ padding: "same", useBias: false, ...settings, ...more }), x);
    },
    transposed(x, name, filters) {
      const kernelInitializer = heNormal(channelsOf(x), options.random); // each pixel is one pixel's alone
      const settings = { name, filters, kernelSize: 2, strides: 2, useBias: false, kernelInitializer };
      return apply(tf.layers.conv2dTranspose({ padding: "same", ...settings }), x);
    },
    depthwise(x, name, strides) {
      const depthwiseInitializer = heNormal(9, options.random);
      const settings = { name, kernelSize: 3, strides, useBias: false, depthwiseInitializer };
      return apply(tf.layers.depthwiseConv2d({ padding: "same", ...settings }), x);
    },
    norm: (x, name, initialGamma = 1) => apply(new BatchNorm({ name, ...norm, initialGamma }), x),
    relu: (x, name) => apply(new Relu({ name }), x),
    relu6: (x, name) => apply(new Relu6({ name }), x),
    add: (x, y, name) => apply(tf.layers.add({ name }), [x, y]),
    paddedMaxPool: (x, name) =>
      apply(tf.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 3, strides: 2 }), pad(x, `${name}_pad`, 1)),
    pad,
  };
}

function heNormal(fanIn: number, random: Random): ReturnType<typeof tf.initializers.randomNormal> {
  return tf.initializers.randomNormal({ mean: 0, stddev: Math.sqrt(2 / fanIn), seed: random.uint32() });
}
