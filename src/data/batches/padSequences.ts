import { AnchorkitError } from "../../base/errors.ts";

/** Sequences of one length, and which of their steps count. */
export interface PaddedSequences {
  /** [sequences, length, features], 0 where nothing was. */
  values: Float32Array;
  /** [sequences, length], 1 for a step that counts, 0 for padding. */
  mask: Float32Array;
}

/**
 * Brings sequences of unequal lengths to one, with zeros behind them, or before them: what a recurrent layer with `masked`
 * takes, whose result does not depend on how much padding there is.
 *
 * @param sequences each [steps, features], row after row
 * @throws AnchorkitError for a sequence that is longer, or not of whole steps
 */
export function padSequences(
  sequences: readonly ArrayLike<number>[],
  { length, features, side = "after" }: { length: number; features: number; side?: "after" | "before" },
): PaddedSequences {
  const values = new Float32Array(sequences.length * length * features);
  const mask = new Float32Array(sequences.length * length);
  for (const [i, sequence] of sequences.entries()) {
    const steps = sequence.length / features;
    if (!Number.isInteger(steps) || steps > length) {
      throw new AnchorkitError(
        `padSequences: sequence ${i} has ${sequence.length} numbers: they must be up to ${length} steps of ${features}`,
      );
    }
    const from = i * length + (side === "before" ? length - steps : 0);
    values.set(sequence, from * features);
    mask.fill(1, from, from + steps);
  }
  return { values, mask };
}
