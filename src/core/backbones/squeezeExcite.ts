import * as tf from "@tensorflow/tfjs";
import type { ActivationName } from "../ops/activations.ts";
import { channelsOf } from "./backbone.ts";
import type { Blocks } from "./blocks.ts";

/** Of a squeeze and excitation. */
export interface Squeeze {
  /** Channels between the two convolutions, the activation after the first, and what makes weights of the second's. */
  channels: number;
  activation: ActivationName;
  gate: ActivationName;
  /** The two convolutions. */
  names: { reduce: string; expand: string };
}

/**
 * x gate(W2 activation(W1 mean(x) + b1) + b2): each channel by a weight that all of the map decides (Hu et al.,
 * "Squeeze-and-Excitation Networks", 2018). [n, h, w, c] -> [n, h, w, c]
 */
export function squeezeExcite(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  { channels, activation, gate, names }: Squeeze,
): tf.SymbolicTensor {
  const all = channelsOf(x);
  const mean = tf.layers.globalAveragePooling2d({ name: `${name}_mean` }).apply(x) as tf.SymbolicTensor;
  const pixel = tf.layers.reshape({ name: `${name}_reshape`, targetShape: [1, 1, all] });
  let y = b.conv(pixel.apply(mean) as tf.SymbolicTensor, names.reduce, channels, 1, { useBias: true });
  y = b.conv(b.activation(y, `${name}_activation`, activation), names.expand, all, 1, { useBias: true });
  y = b.activation(y, `${name}_gate`, gate);
  return tf.layers.multiply({ name: `${name}_product` }).apply([x, y]) as tf.SymbolicTensor;
}
