import type { Random } from "../../base/random.ts";
import { shuffledBatches } from "./shuffledBatches.ts";

/** What writes the windows of a series, by their origins, into a batch. */
export interface WindowSource {
  /** Writes what is seen before an origin to a place. */
  writeInput(origin: number, into: Float32Array, place: number): void;
  /** Writes what should be told of it, and 1 for what is known of that, to a place. */
  writeTarget(origin: number, into: Pick<WindowBatch, "targets" | "known">, place: number): void;
}

/** A batch of windows. */
export interface WindowBatch {
  /** [batch, window, features] */
  windows: Float32Array;
  /** [batch, horizon, columns]: what should be told, and 1 where that is known. */
  targets: Float32Array;
  known: Float32Array;
  names: string[];
}

export interface WindowBatchOptions {
  /** Of the windows: see `windowOrigins`. */
  origins: Uint32Array;
  batch: number;
  /** Numbers of a window, and of what is told of it. */
  inputSize: number;
  outputSize: number;
  random: Random;
}

/** An endless stream of batches of windows, in each epoch in another order: each window is a sample of its own. */
export function windowBatches(
  source: WindowSource,
  { origins, batch, inputSize, outputSize, random }: WindowBatchOptions,
): {
  stepsPerEpoch: number;
  batch(index: number): Promise<WindowBatch>;
  namesOf(batch: WindowBatch): readonly string[];
} {
  const make = (_: readonly number[], indices: readonly number[]): Promise<WindowBatch> => {
    const made: WindowBatch = {
      windows: new Float32Array(batch * inputSize),
      targets: new Float32Array(batch * outputSize),
      known: new Float32Array(batch * outputSize),
      names: [],
    };
    for (const [slot, index] of indices.entries()) {
      const origin = origins[index] as number;
      source.writeInput(origin, made.windows, slot * inputSize);
      source.writeTarget(origin, made, slot * outputSize);
      made.names.push(`the window before row ${origin + 1}`);
    }
    return Promise.resolve(made);
  };
  return { ...shuffledBatches({ count: origins.length, batch, random, make }), namesOf: ({ names }) => names };
}
