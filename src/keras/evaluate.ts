import { setImmediate } from "node:timers/promises";
import { knownOptions } from "../geometry/knownOptions.ts";
import type { ModelProgram } from "./modelProgram.ts";
import { padded } from "./padded.ts";
import { type BatchData, isBatchData, type Source } from "./source.ts";
import { sourceOf } from "./sourceOf.ts";
import { Totals } from "./totals.ts";
import type { Data, Values } from "./values.ts";

export interface EvaluateOptions {
  /** Samples in a batch; 32 unless told. Data that comes in batches has its own. */
  batchSize?: number;
  sampleWeight?: Values;
  /** Of data that comes in batches: the first so many; all unless told. */
  steps?: number;
}

/** See `CompiledModel.evaluate`. */
export async function evaluateModel(
  model: ModelProgram,
  data: Data | BatchData,
  y: Data | EvaluateOptions | undefined,
  options: EvaluateOptions | undefined,
): Promise<Record<string, number>> {
  const { target, own } = inBatches(data, y, options);
  knownOptions("evaluate", own, { batchSize: true, sampleWeight: true, steps: true });
  const { batchSize = 32, ...rest } = own;
  const source = sourceOf(data, target, model.ends, { batchSize, ...rest });
  try {
    return await evaluateSource(model, source);
  } finally {
    source.dispose();
  }
}

/** The loss and the metrics of an epoch of the source. */
export async function evaluateSource(model: ModelProgram, source: Source): Promise<Record<string, number>> {
  const totals = new Totals();
  for await (const { batch, count } of padded(source.pass(0))) {
    await model.testBatch(batch, totals, count);
    await setImmediate(); // a step blocks this thread: let decoded images through
  }
  return totals.logs();
}

/** Data that comes in batches has its targets in them: what follows it are the options. */
export function inBatches<Options extends object>(
  data: Data | BatchData,
  y: Data | Options | undefined,
  options: Options | undefined,
): { target: Data | undefined; own: Options } {
  return isBatchData(data)
    ? { target: undefined, own: (y ?? options ?? {}) as Options }
    : { target: y as Data | undefined, own: options ?? ({} as Options) };
}
