import { editDistance } from "../../geometry/nearest.ts";
import type { Validation } from "../../training/task.ts";
import type { LabelledReading } from "./readLabelled.ts";

/** Everything that was measured of a reader. */
export interface ReaderEvaluation {
  /** In the order in which people want to see them. */
  metrics: Record<string, number>;
}

export function measureReader(found: readonly LabelledReading[]): ReaderEvaluation {
  const errors = found.reduce((sum, { text, truth }) => sum + editDistance(text, truth), 0);
  const total = found.reduce((sum, { truth }) => sum + truth.length, 0);
  const exact = found.filter(({ text, truth }) => text === truth).length;
  return { metrics: { cer: errors / total, exact: exact / found.length } };
}

/** The same in short, as training needs it: the score is the share of characters that are right. */
export function validationOf({ metrics }: ReaderEvaluation): Validation {
  return { score: 1 - (metrics.cer ?? NaN), metrics };
}
