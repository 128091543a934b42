import type { NamedTensors } from "../engine/graph/step.ts";
import type { NamedMetric } from "./objectives.ts";
import { sumName } from "./steps.ts";

/** What an epoch comes to: the mean of the losses over its samples, and the metrics of all of them together. */
export class Totals {
  #samples = 0;
  #metrics: readonly NamedMetric[] = [];
  readonly #losses = new Map<string, number>();
  readonly #sums = new Map<string, Float64Array>();

  /**
   * Adds what a step gave of a batch, and disposes of it.
   *
   * @returns the numbers of the batch that are no metric's
   */
  add(outputs: NamedTensors, metrics: readonly NamedMetric[], samples: number): Record<string, number> {
    this.#samples += samples;
    this.#metrics = metrics;
    const ofBatch: Record<string, number> = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = tensor.dataSync<"float32">();
      tensor.dispose();
      if (name.startsWith("metric")) {
        const sum = this.#sums.get(name) ?? new Float64Array(values.length);
        this.#sums.set(
          name,
          sum.map((before, i) => before + (values[i] ?? 0)),
        );
      } else {
        const value = values[0] ?? NaN;
        ofBatch[name] = value;
        if (isLoss(name)) this.#losses.set(name, (this.#losses.get(name) ?? 0) + value * samples);
      }
    }
    return ofBatch;
  }

  /** Samples so far. */
  get samples(): number {
    return this.#samples;
  }

  /** `loss`, the losses of several outputs, and the metrics, by Keras's names. */
  logs(): Record<string, number> {
    const losses = [...this.#losses].map(([name, sum]) => [name, sum / this.#samples] as const);
    const total = losses.filter(([name]) => name === "loss");
    const others = losses.filter(([name]) => name !== "loss");
    const metrics = this.#metrics.map(({ name, metric }, i) => {
      const prefix = sumName(i, "");
      const own = [...this.#sums].filter(([key]) => key.startsWith(prefix));
      return [
        name,
        metric.value(Object.fromEntries(own.map(([key, sum]) => [key.slice(prefix.length), sum]))),
      ] as const;
    });
    return Object.fromEntries([...total, ...others, ...metrics]);
  }
}

function isLoss(name: string): boolean {
  return name === "loss" || name.endsWith("_loss");
}
