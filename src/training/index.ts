export type { Callback, Ending, Wish } from "./callbacks/callback.ts";
export { csvLog } from "./callbacks/csvLog.ts";
export { earlyStopping, type EarlyStoppingOptions } from "./callbacks/earlyStopping.ts";
export { type CheckpointOptions, modelCheckpoint } from "./callbacks/modelCheckpoint.ts";
export type { Monitor } from "./callbacks/monitor.ts";
export { type PlateauOptions, reduceOnPlateau } from "./callbacks/reduceOnPlateau.ts";
export { tensorBoard } from "./callbacks/tensorBoard/tensorBoard.ts";
export { timeLimit } from "./callbacks/timeLimit.ts";
export type { NamedPicture, TrainingView } from "./callbacks/trainingView.ts";
export { type ForwardOptions, gradients } from "./gradients.ts";
export type { FitProgress, FitValidation } from "./loop/progress.ts";
export * from "./losses/index.ts";
export * from "./metrics/index.ts";
export { betaShares } from "./mixing/betaShares.ts";
export { cutmix, drawCutmix } from "./mixing/cutmix.ts";
export { drawMixup, type MixedBatch, mixup } from "./mixing/mixup.ts";
export type { Explanation, ExplainOptions, FileExplanation } from "./explaining.ts";
export { averageKeep, type MovingAverage, movingAverage } from "./movingAverage.ts";
export { adadelta, type AdadeltaOptions } from "./optimizers/adadelta.ts";
export { adagrad, type AdagradOptions } from "./optimizers/adagrad.ts";
export { adam, type AdamOptions } from "./optimizers/adam.ts";
export { adamax } from "./optimizers/adamax.ts";
export { adamW } from "./optimizers/adamW.ts";
export { clipByGlobalNorm, clipByNorm, clipByValue, type ClipOptions, globalNorm } from "./optimizers/clip.ts";
export type { MomentOptions } from "./optimizers/moments.ts";
export { nadam } from "./optimizers/nadam.ts";
export {
  type Decays,
  type Gradients,
  kernelsDecay,
  type Move,
  type Optimizer,
  type OptimizerFactory,
  optimizerOf,
  type OptimizerOptions,
  type RateFactors,
  type Rule,
  type Slot,
} from "./optimizers/optimizer.ts";
export { optimizerNamed } from "./optimizers/optimizerNamed.ts";
export { type OptimizerName, OPTIMIZERS, type Tuning } from "./optimizers/registry.ts";
export { rmsProp, type RmsPropOptions } from "./optimizers/rmsProp.ts";
export { sgd, type SgdOptions } from "./optimizers/sgd.ts";
export type { FindRateEvents, FindRateOptions } from "./rateTest/findRate.ts";
export { type RateTest, rateTest, type RateTestOptions } from "./rateTest/rateTest.ts";
export { type RateSuggestion, suggestRates } from "./rateTest/suggestRates.ts";
export {
  type AverageRecipe,
  FROM_SCRATCH,
  FROM_WEIGHTS,
  type Phase,
  type Recipe,
  type RecipeOptions,
} from "./recipe.ts";
export { layerPenalties } from "./regularisers/layerPenalties.ts";
export { elasticNet, l1, l2, type Penalty, weightPenalty } from "./regularisers/penalty.ts";
export { RunFolder } from "./run/runFolder.ts";
export { type FineTuning, startPhases } from "./start/fineTuning.ts";
export { freezeLayers, type Freezing } from "./start/freezing.ts";
export type { BuiltNetwork } from "./start/start.ts";
export { cosineDecay, type CosineOptions, cosineRestarts, type RestartOptions } from "./schedules/cosine.ts";
export {
  constant,
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstant,
  polynomialDecay,
  type PolynomialOptions,
} from "./schedules/decays.ts";
export { oneCycle, type OneCycleOptions } from "./schedules/oneCycle.ts";
export { scheduledRate, type ScheduleName, SCHEDULES } from "./schedules/registry.ts";
export type { RateAt, Schedule } from "./schedules/schedule.ts";
export {
  accumulatingStep,
  calibrationStep,
  type GradientOptions,
  gradientSums,
  type GradientSums,
  trainStep,
  type TrainStepOptions,
  updateStep,
  validationStep,
} from "./steps.ts";
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
