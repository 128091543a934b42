import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import type { NamedTensors } from "../engine/graph/step.ts";
import type { Loss } from "../training/losses/loss.ts";
import { lossValue } from "../training/losses/lossValue.ts";
import { lossNamed, type LossName } from "../training/losses/registry.ts";
import { meanOf } from "../training/metrics/mean.ts";
import type { Metric } from "../training/metrics/metric.ts";
import { type MetricName, metricNamed } from "../training/metrics/registry.ts";

/** A metric by its name, as an object, or as a function like a loss, whose values are averaged. */
export type MetricChoice = MetricName | Metric | Loss;

/** One for all outputs, or one each, in order or by name; outputs that are left out have none. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

export interface ObjectiveOptions {
  loss: PerOutput<LossName | Loss>;
  /** Factors of the losses in their sum; 1 unless told. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** Of the output; of several outputs, an array or an object by name of what each has. */
  metrics?:
    readonly MetricChoice[] | readonly (readonly MetricChoice[])[] | Readonly<Record<string, readonly MetricChoice[]>>;
}

/** What is made small and what is measured at one output. */
export interface Objective {
  output: string;
  /** Where the output has one. */
  loss?: { name: string | undefined; of: Loss; weight: number };
  metrics: readonly MetricChoice[];
}

/** The objective of each output, in their order. @throws AnchorkitError for outputs and losses that are not there */
export function objectivesOf(outputs: readonly string[], options: ObjectiveOptions): Objective[] {
  const losses = perOutput(options.loss, outputs, "loss", isOne);
  const weights = perOutput<number>(options.lossWeights ?? 1, outputs, "lossWeights", (w) => typeof w === "number");
  const metrics = metricsPerOutput(options.metrics ?? [], outputs);
  return outputs.map((output, i) => {
    const loss = losses[i];
    const of = typeof loss === "string" ? lossNamed(loss) : loss;
    const name = typeof loss === "string" ? loss : undefined;
    return { output, metrics: metrics[i] ?? [], ...(of && { loss: { name, of, weight: weights[i] ?? 1 } }) };
  });
}

/** The losses and their sum with the penalties of the layers; `weights` [samples] count, and `filled` is 0 for padding. */
export function lossesOf(
  objectives: readonly Objective[],
  targets: readonly tf.Tensor[],
  predictions: readonly tf.Tensor[],
  { weights, filled, penalties }: { weights?: tf.Tensor; filled?: tf.Tensor; penalties?: tf.Scalar | undefined },
): NamedTensors & { loss: tf.Tensor } {
  const parts = objectives.flatMap(({ output, loss }, i) => {
    if (!loss) return [];
    const [target, prediction] = [targets[i] as tf.Tensor, predictions[i] as tf.Tensor];
    const value = lossValue(loss.of, target, prediction, { sampleWeights: weights, mask: filled });
    return [{ name: `${output}_loss`, value, part: loss.weight === 1 ? value : value.mul(loss.weight) }];
  });
  const all = [...parts.map(({ part }) => part), ...(penalties ? [penalties] : [])];
  const own = objectives.length > 1 ? Object.fromEntries(parts.map(({ name, value }) => [name, value])) : {};
  return { ...own, loss: tf.addN(all) };
}

/** A metric of one output, under the name that logs have for it. */
export interface NamedMetric {
  name: string;
  metric: Metric;
  output: number;
}

/** The metrics of all outputs; what "accuracy" means is seen by the shapes. */
export function metricsOf(
  objectives: readonly Objective[],
  targets: readonly (readonly number[])[],
  predictions: readonly (readonly number[])[],
): NamedMetric[] {
  const named = objectives.flatMap(({ output, loss, metrics }, i) =>
    metrics.map((choice) => {
      const about = { loss: loss?.name, target: targets[i] ?? [], prediction: predictions[i] ?? [] };
      const metric =
        typeof choice === "string"
          ? metricNamed(choice, about)
          : typeof choice === "function"
            ? meanOf(choice.name || "metric", choice)
            : choice;
      const own = typeof choice === "string" ? choice : metric.name;
      return { name: objectives.length > 1 ? `${output}_${own}` : own, metric, output: i };
    }),
  );
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) !== i);
  if (twice) throw new AnchorkitError(`metrics: two are called "${twice.name}"; give one of them another name`);
  return named;
}

function metricsPerOutput(
  metrics: NonNullable<ObjectiveOptions["metrics"]>,
  outputs: readonly string[],
): readonly (readonly MetricChoice[])[] {
  if (!Array.isArray(metrics))
    return perOutput(
      metrics as Readonly<Record<string, readonly MetricChoice[]>>,
      outputs,
      "metrics",
      Array.isArray,
    ).map((own) => own ?? []);
  const list = metrics as readonly MetricChoice[] | readonly (readonly MetricChoice[])[];
  if (!list.some((one) => Array.isArray(one))) return outputs.map(() => list as readonly MetricChoice[]);
  return perOutput(list as readonly (readonly MetricChoice[])[], outputs, "metrics", () => false).map(
    (own) => own ?? [],
  );
}

/** What each output has of something that is told for all, in order, or by name. */
function perOutput<T>(
  given: PerOutput<T>,
  outputs: readonly string[],
  option: string,
  isForAll: (given: unknown) => boolean,
): (T | undefined)[] {
  if (isForAll(given)) return outputs.map(() => given as T);
  if (Array.isArray(given)) {
    const list = given as readonly T[];
    if (list.length !== outputs.length) {
      throw new AnchorkitError(
        `${option}: ${list.length} given, and the model has ${outputs.length} outputs: ${outputs.join(", ")}`,
      );
    }
    return [...list];
  }
  const named = given as Readonly<Record<string, T>>;
  const unknown = Object.keys(named).find((name) => !outputs.includes(name));
  if (unknown !== undefined) {
    throw new AnchorkitError(`${option}: the model has no output "${unknown}"; it has ${outputs.join(", ")}`);
  }
  return outputs.map((name) => named[name]);
}

function isOne(given: unknown): boolean {
  return typeof given === "string" || typeof given === "function";
}
