export type { Callback, Ending, Wish } from "./callbacks/callback.ts";
export { csvLog } from "./callbacks/csvLog.ts";
export { earlyStopping, type EarlyStoppingOptions } from "./callbacks/earlyStopping.ts";
export { type CheckpointOptions, modelCheckpoint } from "./callbacks/modelCheckpoint.ts";
export type { Monitor } from "./callbacks/monitor.ts";
export { type PlateauOptions, reduceOnPlateau } from "./callbacks/reduceOnPlateau.ts";
export { tensorBoard } from "./callbacks/tensorBoard/tensorBoard.ts";
export { timeLimit } from "./callbacks/timeLimit.ts";
export type { NamedPicture, TrainingView } from "./callbacks/trainingView.ts";
export type { FitProgress, FitValidation } from "./loop/progress.ts";
export * from "./losses/index.ts";
export { betaShares } from "./mixing/betaShares.ts";
export { cutmix, drawCutmix } from "./mixing/cutmix.ts";
export { drawMixup, type MixedBatch, mixup } from "./mixing/mixup.ts";
export { averageKeep, type MovingAverage, movingAverage } from "./movingAverage.ts";
export { adamW } from "./optimizers/adamW.ts";
export { clipByGlobalNorm } from "./optimizers/clip.ts";
export {
  type Decays,
  kernelsDecay,
  type Optimizer,
  optimizerOf,
  type Rule,
  type Slot,
} from "./optimizers/optimizer.ts";
export { type OptimizerName, OPTIMIZERS } from "./optimizers/registry.ts";
export { sgd } from "./optimizers/sgd.ts";
export { type AverageRecipe, FROM_SCRATCH, FROM_WEIGHTS, type Phase, type Recipe } from "./recipe.ts";
export { layerPenalties } from "./regularisers/layerPenalties.ts";
export { elasticNet, l1, l2, type Penalty, weightPenalty } from "./regularisers/penalty.ts";
export { RunFolder } from "./run/runFolder.ts";
export { warmupCosine } from "./schedules.ts";
export { calibrationStep, trainStep, type TrainStepOptions, validationStep } from "./steps.ts";
export type {
  Batches,
  ModelDescription,
  Task,
  TaskKind,
  Validation,
  ValidationExamples,
  ValidationLosses,
} from "./task.ts";
export { train } from "./train.ts";
export type { DrawExamples, PrepareContext, Prepared, TrainEvents, TrainOptions, TrainResult } from "./trainOptions.ts";
