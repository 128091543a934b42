import type { CrossEntropyOptions } from "../losses/loss.ts";
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "../losses/crossEntropy.ts";
import { binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from "./accuracy.ts";
import { meanOf, meanValue } from "./mean.ts";
import type { Metric } from "./metric.ts";

/** What the target says of the classes: yes or no, a number for each, or the index of one. */
export type ClassKind = "binary" | "categorical" | "sparse_categorical";

/**
 * Binary, categorical or sparse categorical accuracy, whichever the shapes ask for: what Keras makes of `accuracy`. One
 * number a sample is binary; a target with an axis less than the prediction, or with 1 on the last one, is of indices; all
 * else is categorical, several labels too: they want `binary_accuracy` by its name.
 */
export function resolvedAccuracy(): Metric {
  return ofKind("accuracy", "higher", {
    binary: binaryAccuracy(),
    categorical: categoricalAccuracy(),
    sparse_categorical: sparseCategoricalAccuracy(),
  });
}

/** The cross-entropy that the shapes ask for, as in {@link resolvedAccuracy}, unless it is told. */
export function resolvedCrossentropy({ kind, ...options }: CrossEntropyOptions & { kind?: ClassKind } = {}): Metric {
  const kinds = {
    binary: meanOf("crossentropy", binaryCrossentropy(options)),
    categorical: meanOf("crossentropy", categoricalCrossentropy(options)),
    sparse_categorical: meanOf("crossentropy", sparseCategoricalCrossentropy(options)),
  };
  return kind ? kinds[kind] : ofKind("crossentropy", "lower", kinds);
}

function ofKind(name: string, better: Metric["better"], kinds: Readonly<Record<ClassKind, Metric>>): Metric {
  return {
    name,
    better,
    sums: (target, prediction, weights) =>
      kinds[kindOf(target.shape, prediction.shape)].sums(target, prediction, weights),
    value: meanValue,
  };
}

function kindOf(target: readonly number[], prediction: readonly number[]): ClassKind {
  if (prediction.length < 2 || prediction.at(-1) === 1) return "binary";
  return target.length < prediction.length || target.at(-1) === 1 ? "sparse_categorical" : "categorical";
}
