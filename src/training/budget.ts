import { UsageError } from "../base/errors.ts";

/** How long a training runs: by epochs, or by the clock. */
export type Budget = { epochs: number } | { minutes: number };

/**
 * Tells how much of the budget is used, 0 to 1.
 *
 * @param elapsed seconds since the training started, those before an interruption included
 */
export function progressOf(budget: Budget, step: number, stepsPerEpoch: number, elapsed: number): number {
  return "epochs" in budget ? step / (budget.epochs * stepsPerEpoch) : elapsed / (60 * budget.minutes);
}

/** The budget that options ask for. */
export function budgetFrom(options: { epochs?: number; minutes?: number }, fallback: Budget): Budget {
  if (options.epochs !== undefined && options.minutes !== undefined) {
    throw new UsageError("--epochs and --minutes exclude each other: give one");
  }
  if (options.epochs !== undefined) return { epochs: options.epochs };
  return options.minutes === undefined ? fallback : { minutes: options.minutes };
}
