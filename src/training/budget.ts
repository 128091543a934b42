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

/** The budget that options ask for; undefined where they leave it open. */
export function budgetFrom({ epochs, minutes }: { epochs?: number; minutes?: number }): Budget | undefined {
  if (epochs !== undefined && minutes !== undefined) {
    throw new UsageError("epochs and minutes exclude each other: give one");
  }
  if (epochs !== undefined) return { epochs };
  return minutes === undefined ? undefined : { minutes };
}

/**
 * A budget with so much more.
 *
 * @throws UsageError if one is in epochs and the other in minutes
 */
export function extended(budget: Budget, more: Budget): Budget {
  if ("epochs" in budget && "epochs" in more) return { epochs: budget.epochs + more.epochs };
  if ("minutes" in budget && "minutes" in more) return { minutes: budget.minutes + more.minutes };
  const [unit, other] = "epochs" in budget ? ["epochs", "minutes"] : ["minutes", "epochs"];
  throw new UsageError(`this training is counted in ${unit}: it cannot go on for more ${other}`);
}

/** "20 epochs" or "3 minutes". */
export function describeBudget(budget: Budget): string {
  const [amount, unit] = "epochs" in budget ? [budget.epochs, "epoch"] : [budget.minutes, "minute"];
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
