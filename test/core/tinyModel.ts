import * as tf from "@tensorflow/tfjs";
import { BatchNorm } from "../../src/core/layers/batchNorm.ts";
import { Relu6 } from "../../src/core/layers/relu.ts";
import { TopDown } from "../../src/core/layers/topDown.ts";

/** Convolution with stride 2, normalisation, ReLU6, and back up onto the input. */
export function tinyModel({ kernel = 2, seed = 1 } = {}): tf.LayersModel {
  const input = tf.input({ shape: [null, null, 2] });
  const kernelInitializer = tf.initializers.heNormal({ seed });
  const kernelSize: [number, number] = [kernel, 2];
  const conv = tf.layers.conv2d({
    name: "down",
    filters: 2,
    kernelSize,
    strides: 2,
    padding: "same",
    kernelInitializer,
  });
  const norm = new BatchNorm({ name: "norm", momentum: 0.5, initialGamma: 2 }).apply(conv.apply(input));
  const coarse = new Relu6({ name: "relu" }).apply(norm) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: new TopDown().apply([coarse, input]) as tf.SymbolicTensor, name: "tiny" });
}

/** Names of the weights of `tinyModel`, in its order. */
export const TINY_NAMES = [
  "down/kernel",
  "down/bias",
  "norm/gamma",
  "norm/beta",
  "norm/moving_mean",
  "norm/moving_variance",
];

/** Values by name, as plain numbers. */
export function valuesOf(variables: ReadonlyMap<string, tf.Variable>): Record<string, number[]> {
  return Object.fromEntries([...variables].map(([name, variable]) => [name, [...variable.dataSync()]]));
}

export function fill(variable: tf.Variable | undefined, values: (i: number) => number): void {
  if (!variable) throw new Error("no such weight");
  tf.tidy(() => {
    variable.assign(
      tf.tensor(
        Array.from({ length: variable.size }, (_, i) => values(i)),
        variable.shape,
      ),
    );
  });
}
