import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { BatchNorm, type BatchNormConfig } from "../layers/batchNorm.ts";
import { Relu } from "../layers/relu.ts";

/** Settings of every normalisation in a network. */
export type NormSettings = Required<Pick<BatchNormConfig, "momentum" | "epsilon">>;

export interface ConvSettings {
  name: string;
  filters: number;
  kernelSize: number;
  strides?: number;
  padding?: "same" | "valid";
  useBias?: boolean;
}

/** A convolution whose kernel starts normally distributed with variance 2 / fan-in (He et al., 2015). */
export function conv(x: tf.SymbolicTensor, settings: ConvSettings, random: Random): tf.SymbolicTensor {
  const channels = x.shape.at(-1) ?? 0;
  const stddev = Math.sqrt(2 / (settings.kernelSize ** 2 * channels));
  const kernelInitializer = tf.initializers.randomNormal({ stddev, seed: random.uint32() });
  const layer = tf.layers.conv2d({ padding: "same", useBias: false, ...settings, kernelInitializer });
  return layer.apply(x) as tf.SymbolicTensor;
}

/** Convolution `name`, normalisation `name_bn` and ReLU `name_relu`. */
export function convBnRelu(
  x: tf.SymbolicTensor,
  settings: ConvSettings,
  norm: NormSettings,
  random: Random,
): tf.SymbolicTensor {
  const { name } = settings;
  const convolved = conv(x, settings, random);
  const normalized = new BatchNorm({ name: `${name}_bn`, ...norm }).apply(convolved);
  return new Relu({ name: `${name}_relu` }).apply(normalized) as tf.SymbolicTensor;
}

/** relu(x + shortcut), under the names `name_add` and `name_relu`. */
export function addRelu(x: tf.SymbolicTensor, shortcut: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
  const sum = tf.layers.add({ name: `${name}_add` }).apply([shortcut, x]);
  return new Relu({ name: `${name}_relu` }).apply(sum) as tf.SymbolicTensor;
}
