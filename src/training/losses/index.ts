export { ciouLoss, diouLoss, giouLoss, iouLoss } from "./boxLosses.ts";
export {
  binaryCrossentropy,
  type BinaryOptions,
  categoricalCrossentropy,
  type CategoricalOptions,
  sparseCategoricalCrossentropy,
  type SparseOptions,
} from "./crossEntropy.ts";
export { sigmoidCrossEntropy, sigmoidFocalLoss, smoothL1Loss, softmaxCrossEntropy } from "./elementwise.ts";
export {
  binaryFocalCrossentropy,
  type BinaryFocalOptions,
  categoricalFocalCrossentropy,
  type FocalOptions,
} from "./focal.ts";
export { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
export type { CrossEntropyOptions, Loss } from "./loss.ts";
export { lossValue, type LossValueOptions, type Reduction } from "./lossValue.ts";
export { dice, type RegionOptions, tversky, type TverskyOptions } from "./regions.ts";
export { LOSSES, type LossName, lossNamed } from "./registry.ts";
export {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  smoothL1,
} from "./regression.ts";
export { cosineSimilarity, klDivergence } from "./similarity.ts";
