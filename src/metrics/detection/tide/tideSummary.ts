import { mean } from "../../../base/statistics.ts";
import type { WrongType } from "./tideErrors.ts";

/** The six ways to be wrong; see `evaluateTide`. */
export type TideErrorType = WrongType | "missed";

/** How often something went wrong, and the AP50 that would be gained if it never had. */
export interface ErrorCost {
  count: number;
  /** NaN where there is no AP50. */
  dAP: number;
}

export interface TideSummary {
  /** In 0..1; NaN without objects. */
  AP50: number;
  errors: Record<TideErrorType, ErrorCost>;
  /** All wrong detections. */
  falsePositives: ErrorCost;
  /** All objects that were not found. */
  falseNegatives: ErrorCost;
}

/** What putting one kind of error right does to each class. */
export interface Fix {
  /** [classes] how many errors were put right. */
  counts: readonly number[];
  /** [classes] average precision afterwards; NaN for a class of which nothing is left. */
  precisions: readonly number[];
}

export type Fixes = Record<TideErrorType | "falsePositives" | "falseNegatives", Fix>;

/** Counts and costs over some classes; `base` is the average precision of each class before, NaN without objects. */
export function summarize(classes: readonly number[], base: readonly number[], fixes: Fixes): TideSummary {
  const counted = classes.filter((k) => !Number.isNaN(base[k]));
  const AP50 = mean(counted.map((k) => base[k] ?? NaN));
  const costOf = ({ counts, precisions }: Fix): ErrorCost => {
    const left = counted.map((k) => precisions[k] ?? NaN).filter((precision) => !Number.isNaN(precision));
    // Of classes that had objects, with nothing missed and nothing wrong left: perfect.
    const fixed = left.length === 0 ? 1 : mean(left);
    return { count: classes.reduce((sum, k) => sum + (counts[k] ?? 0), 0), dAP: fixed - AP50 };
  };
  return {
    AP50,
    errors: {
      classification: costOf(fixes.classification),
      localisation: costOf(fixes.localisation),
      both: costOf(fixes.both),
      duplicate: costOf(fixes.duplicate),
      background: costOf(fixes.background),
      missed: costOf(fixes.missed),
    },
    falsePositives: costOf(fixes.falsePositives),
    falseNegatives: costOf(fixes.falseNegatives),
  };
}
