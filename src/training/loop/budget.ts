import { AnchorkitError, UsageError } from "../../base/errors.ts";
import { countOf } from "../../base/words.ts";

/** How long a training runs: by epochs, or by the clock. */
export type Budget = { epochs: number } | { minutes: number };

/**
 * Tells how much of the budget is used, 0 to 1.
 *
 * @param elapsed seconds since the training started, those before an interruption included
 * @param ending seconds that are needed when the last step is done, see `MOST_FOR_ENDING`
 */
export function progressOf(budget: Budget, step: number, stepsPerEpoch: number, elapsed: number, ending = 0): number {
  if ("epochs" in budget) return step / (budget.epochs * stepsPerEpoch);
  const seconds = 60 * budget.minutes;
  return elapsed / (seconds - Math.min(ending, MOST_FOR_ENDING * seconds));
}

/** Of minutes, no more than this share is kept for what follows the last step: a short training is one all the same. */
const MOST_FOR_ENDING = 0.25;

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
  return countOf(amount, unit);
}

/** The weights are measured so many times, once an epoch at most; in a short training less often: it costs time. */
const VALIDATIONS = { most: 12, least: 3, perMinute: 1.2 };
/** Without a budget: so many epochs, and more of them where there are few images. */
const DEFAULT_EPOCHS = 100;
const DEFAULT_STEPS = 3000;

/** @throws AnchorkitError if the time is over already, after so many seconds of preparation */
export function assertTime(budget: Budget, spent: number): void {
  if ("epochs" in budget || spent < 60 * budget.minutes) return;
  throw new AnchorkitError(
    `${describeBudget(budget)} were over before the first step: all that comes before it took ${spent.toFixed(0)} s; allow more time`,
  );
}

/** How many times the weights are measured; three times at least, however few the epochs. */
export function validationsIn(budget: Budget): number {
  const { most, least, perMinute } = VALIDATIONS;
  const wanted = "epochs" in budget ? budget.epochs : Math.round(budget.minutes * perMinute);
  return Math.min(most, Math.max(least, wanted));
}

/** For trainings that are not told how long. */
export function defaultBudget(stepsPerEpoch: number): Budget {
  return { epochs: Math.max(DEFAULT_EPOCHS, Math.ceil(DEFAULT_STEPS / stepsPerEpoch)) };
}
