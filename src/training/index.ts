export type { Callback, Wish } from "./callbacks/callback.ts";
export { earlyStopping } from "./callbacks/earlyStopping.ts";
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
export { calibrationStep, trainStep, type TrainStepOptions } from "./steps.ts";
export type { Batches, ModelDescription, Task, TaskKind, Validation } from "./task.ts";
export { train } from "./train.ts";
export type { PrepareContext, Prepared, TrainEvents, TrainOptions, TrainResult } from "./trainOptions.ts";
