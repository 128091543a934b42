import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import type { NamedTensors, Step } from "../../../src/engine/graph/step.ts";
import { type Metric, type MetricName, METRICS } from "../../../src/training/metrics/index.ts";

interface Packed {
  shape: number[];
  dtype: "float32" | "int32";
  data: number[];
}

export interface Batch {
  target: Packed;
  prediction: Packed;
  weights: Packed;
}

/** A metric on batches, and what Keras makes of it. */
export interface MetricCase {
  metric: MetricName;
  options: Record<string, unknown>;
  data: string;
  /** The weights are rounded up: Keras cuts them to whole numbers. */
  wholeWeights: boolean;
  value: number;
}

/** Values of test/fixtures/oracles/make_metrics.py. */
export const keras = JSON.parse(
  readFileSync(new URL("../../fixtures/oracles/metrics_keras.json", import.meta.url), "utf8"),
) as { names: string[]; data: Record<string, Batch[]>; cases: MetricCase[] };

function metricOfCase({ metric, options }: MetricCase): Metric {
  return (METRICS[metric] as (options: unknown) => Metric)(options);
}

const PARTS = ["target", "prediction", "weights"] as const;

const largest = Object.entries(keras.data).map(([data, batches]) => ({ data, batch: batches[0] as Batch }));

/** The batches of each set of data one after another, in the shape of the first, filled up with zeros: of weight 0. */
export function allInputs(): NamedTensors[] {
  return [0, 1].map((b) =>
    Object.fromEntries(
      largest.flatMap(({ data, batch }, d) =>
        PARTS.map((of) => [`${of}_${d}`, filled(keras.data[data]?.[b]?.[of] as Packed, batch[of].shape)]),
      ),
    ),
  );
}

function filled({ data, dtype }: Packed, shape: number[]): tf.Tensor {
  return tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => data[i] ?? 0),
    shape,
    dtype,
  );
}

/** The sums of every case on a batch as one step, named by case and sum. */
export const allCases: Step = {
  inputs: Object.fromEntries(
    largest.flatMap(({ batch }, d) =>
      PARTS.map((of) => [`${of}_${d}`, { shape: batch[of].shape, dtype: batch[of].dtype }]),
    ),
  ),
  run(inputs) {
    const outputs = keras.cases.flatMap((one, i) => {
      const d = largest.findIndex(({ data }) => data === one.data);
      const [target, prediction, given] = PARTS.map((of) => inputs[`${of}_${d}`]) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor1D,
      ];
      const weights = one.wholeWeights ? given.ceil() : given;
      const sums = metricOfCase(one).sums(target, prediction, weights);
      return Object.entries(sums).map(([name, sum]) => [`${i}_${name}`, sum] as const);
    });
    return { outputs: Object.fromEntries(outputs) };
  },
};

/** What the sums of batches come to, in float64. */
export function added(batches: readonly NamedTensors[]): Record<string, Float64Array> {
  const sums: Record<string, Float64Array> = {};
  for (const [name, sum] of batches.flatMap((batch) => Object.entries(batch))) {
    const values = sum.dataSync();
    const own = (sums[name] ??= new Float64Array(values.length));
    values.forEach((value, i) => (own[i] = (own[i] ?? NaN) + value));
  }
  return sums;
}

/** The value of each case from what {@link allCases} gives for the batches. */
export function valuesOfCases(outputs: readonly NamedTensors[]): number[] {
  const sums = added(outputs);
  return keras.cases.map((one, i) => {
    const prefix = `${i}_`;
    const own = Object.entries(sums).filter(([name]) => name.startsWith(prefix));
    return metricOfCase(one).value(Object.fromEntries(own.map(([name, sum]) => [name.slice(prefix.length), sum])));
  });
}
