import type { MatchOptions } from "./matching.ts";

/** The six ways to be wrong; see `evaluateTide`. */
export type TideErrorType = "classification" | "localisation" | "both" | "duplicate" | "background" | "missed";

/** How often one thing went wrong, and the AP50 gained if it alone never had. */
export interface ErrorCost {
  count: number;
  dAP: number;
}

/** A detection that found nothing. */
export interface WrongDetection {
  /** Index into the list of images. */
  image: number;
  /** Index among the detections of the image. */
  detection: number;
  /** Index of the class that was detected. */
  class: number;
  type: Exclude<TideErrorType, "missed">;
  score: number;
  /** Index among the labelled objects of the image of the one it should have been; null for background. */
  truth: number | null;
  /** Highest IoU: with that object, or with any for background. */
  iou: number;
  /** The AP50 gained if this detection alone were left out. */
  cost: number;
}

/** A labelled object that nothing found, not even a detection of the wrong class or place. */
export interface MissedTruth {
  /** Index into the list of images. */
  image: number;
  /** Index among the labelled objects of the image. */
  truth: number;
  class: number;
  /** The AP50 gained if a detection surer than all others had found it. */
  cost: number;
}

interface ErrorSummary {
  /** In 0..1; NaN without objects. */
  AP50: number;
  errors: Record<TideErrorType, ErrorCost>;
  /** All wrong detections. */
  falsePositives: ErrorCost;
  /** All labelled objects that no detection found. */
  falseNegatives: ErrorCost;
}

export interface ClassTide extends ErrorSummary {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find. */
  truths: number;
}

export interface Tide extends ErrorSummary {
  perClass: ClassTide[];
  /** What costs most comes first. */
  wrongDetections: WrongDetection[];
  /** What costs most comes first. */
  missedTruths: MissedTruth[];
}

export type TideOptions = Pick<MatchOptions, "maxDetections" | "overlap">;
