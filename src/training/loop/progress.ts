import type { WeightsKind } from "../task.ts";

/** Where a training is after a step. */
export interface FitProgress {
  /** Steps done. */
  step: number;
  /** Of how many, where that is known. */
  steps?: number;
  epoch: number;
  epochs?: number;
  /** Seconds. */
  elapsed: number;
  remaining: number;
  loss: number;
  losses: Record<string, number>;
  samplesPerSecond: number;
  /** Share of the time, 0 to 1 and over the last while, in which training waited for data or made batches of it. */
  waiting: number;
  learningRate: number;
}

/** What was measured of the weights after a step. */
export interface FitValidation {
  step: number;
  epoch: number;
  elapsed: number;
  /** Mean training loss of the steps since the validation before. */
  loss: number;
  /** Mean loss on the validation data, in inference mode; only of tasks that can compute it. */
  validationLoss?: number;
  /** Of the last step. */
  learningRate: number;
  /** Share of the time before, 0 to 1, in which training waited for data. */
  waiting: number;
  score: number;
  metrics: Record<string, number>;
  /** Which weights were measured, and the scores of both; of trainings that compare the average with the raw ones. */
  weights?: WeightsKind;
  scores?: Record<WeightsKind, number>;
  /** Better than all before. */
  best: boolean;
}
