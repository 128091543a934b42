import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";

/** A tensor as the oracle files hold it. */
export interface OracleTensor {
  shape: number[];
  data: number[];
}

/** Input, weights, upstream gradient and results of one layer, computed with Keras (fixtures/layers.json). */
export interface LayerCase {
  name: string;
  input: {
    x: OracleTensor;
    upstream: OracleTensor;
    weights: (OracleTensor & { name: string })[];
    config: Record<string, unknown>;
  };
  expected: {
    outputs: OracleTensor[];
    gradients: (OracleTensor & { of: string })[];
    weightsAfter?: (OracleTensor & { name: string })[];
  };
}

export function layerCases(): LayerCase[] {
  return (readFixture("layers.json") as { cases: LayerCase[] }).cases;
}

export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}

export function toTensor({ shape, data }: OracleTensor): tf.Tensor {
  return tf.tensor(data, shape, "float32");
}

/** Expects equality within 1e-4 of the larger of 1 and the expected values' scale. */
export function expectClose(actual: tf.Tensor | undefined, expected: OracleTensor | undefined, what: string): void {
  expect(actual?.shape, `${what}: shape`).toEqual(expected?.shape);
  const values = actual?.dataSync() ?? [];
  const scale = Math.max(1, ...(expected?.data ?? []).map(Math.abs));
  const worst = Math.max(...(expected?.data ?? [NaN]).map((value, i) => Math.abs(value - (values[i] ?? NaN))));
  expect(worst / scale, what).toBeLessThan(1e-4);
}

/** Runs a layer on an oracle's input with its weights; what it gives, and the gradients of x and its weights. */
export function runLayer(
  layer: tf.layers.Layer,
  { input }: LayerCase,
  kwargs: Record<string, unknown> = {},
): { output: tf.Tensor; gradients: Map<string, tf.Tensor>; weightsAfter: tf.Tensor[] } {
  const x = toTensor(input.x) as tf.Tensor4D;
  const built = layer.apply(x) as tf.Tensor;
  built.dispose();
  layer.setWeights(input.weights.map(toTensor));
  const variables = layer.trainableWeights.map((weight) => weight.read() as unknown as tf.Variable);
  const image = tf.variable(x);
  const output = tf.tidy(() => layer.apply(image, kwargs) as tf.Tensor);
  const before = layer.getWeights().map((weight) => weight.clone());
  const { grads } = tf.variableGrads(
    () => (layer.apply(image, kwargs) as tf.Tensor).mul(toTensor(input.upstream)).sum(),
    [image, ...variables],
  );
  const gradients = new Map<string, tf.Tensor>();
  for (const [i, variable] of [image, ...variables].entries()) {
    const gradient = grads[variable.name];
    if (gradient) gradients.set(i === 0 ? "x" : (input.weights[i - 1]?.name ?? ""), gradient);
  }
  return { output, gradients, weightsAfter: before };
}
