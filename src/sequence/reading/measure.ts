import { Random } from "../../base/random.ts";
import { evaluateText, type TextMetrics } from "../../metrics/text/evaluateText.ts";
import type { Validation } from "../../training/task.ts";
import type { LabelledReading } from "./readLabelled.ts";

/** Everything that was measured of a reader. */
export interface ReaderEvaluation {
  /** Error rates, the lower the better, and shares that are right, in the order in which people want to see them. */
  metrics: { cer: number; wer: number; exact: number; character_accuracy: number; word_accuracy: number };
  /** The rates with their intervals, and which characters are taken for which. */
  text: TextMetrics;
}

/** How intervals are drawn. */
export interface IntervalOptions {
  resamples?: number | undefined;
  seed?: number | undefined;
}

/** Everything that a reader is judged by, on lines of text that it has read. */
export function measureReader(
  found: readonly LabelledReading[],
  { resamples = 1000, seed = 1 }: IntervalOptions = {},
): ReaderEvaluation {
  const text = evaluateText(
    found.map(({ truth }) => truth),
    found.map((one) => one.text),
    { resamples, random: new Random(seed) },
  );
  const [cer, wer] = [text.characterErrorRate.value, text.wordErrorRate.value];
  const metrics = { cer, wer, exact: text.exact.value, character_accuracy: 1 - cer, word_accuracy: 1 - wer };
  return { metrics, text };
}

/** The same in short, as training needs it: the score is 1 - CER. */
export function validationOf({ metrics: { cer, wer, exact } }: ReaderEvaluation): Validation {
  return { score: 1 - cer, metrics: { cer, wer, exact } };
}
