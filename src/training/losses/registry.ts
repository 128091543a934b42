import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { ciouLoss, diouLoss, giouLoss, iouLoss } from "./boxLosses.ts";
import { binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy } from "./crossEntropy.ts";
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from "./focal.ts";
import { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
import type { Loss } from "./loss.ts";
import { matched, unlike } from "./loss.ts";
import { dice, tversky } from "./regions.ts";
import {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  smoothL1,
} from "./regression.ts";
import { cosineSimilarity, klDivergence } from "./similarity.ts";

const losses = {
  binary_crossentropy: binaryCrossentropy,
  categorical_crossentropy: categoricalCrossentropy,
  sparse_categorical_crossentropy: sparseCategoricalCrossentropy,
  binary_focal_crossentropy: binaryFocalCrossentropy,
  categorical_focal_crossentropy: categoricalFocalCrossentropy,
  mean_squared_error: meanSquaredError,
  mse: meanSquaredError,
  mean_absolute_error: meanAbsoluteError,
  mae: meanAbsoluteError,
  mean_absolute_percentage_error: meanAbsolutePercentageError,
  mape: meanAbsolutePercentageError,
  mean_squared_logarithmic_error: meanSquaredLogarithmicError,
  msle: meanSquaredLogarithmicError,
  huber,
  smooth_l1: smoothL1,
  log_cosh: logCosh,
  poisson,
  hinge,
  squared_hinge: squaredHinge,
  categorical_hinge: categoricalHinge,
  kl_divergence: klDivergence,
  cosine_similarity: cosineSimilarity,
  dice,
  tversky,
  iou: () => ofBoxes("iou", iouLoss),
  giou: () => ofBoxes("giou", giouLoss),
  diou: () => ofBoxes("diou", diouLoss),
  ciou: () => ofBoxes("ciou", ciouLoss),
} as const;

/** What makes each loss, by the name that Keras has for it; `smooth_l1` is torch's, the box losses torchvision's. */
export const LOSSES: typeof losses = losses;

export type LossName = keyof typeof LOSSES;

/**
 * The loss of a name, with its default options.
 *
 * @throws AnchorkitError that lists the names if there is none of this one
 */
export function lossNamed(name: string): Loss {
  if (Object.hasOwn(LOSSES, name)) return LOSSES[name as LossName]();
  throw new AnchorkitError(`there is no loss named "${name}"; give one of ${Object.keys(LOSSES).join(", ")}`);
}

/** target and prediction [batch, …, 4] as x1, y1, x2, y2 -> [batch, …] */
function ofBoxes(name: string, loss: (prediction: tf.Tensor, target: tf.Tensor) => tf.Tensor): Loss {
  return (target, prediction) => {
    const [t, p] = matched(name, target, prediction);
    if (p.shape.at(-1) !== 4) throw unlike(name, target, prediction, "boxes are x1, y1, x2, y2");
    return loss(p, t);
  };
}
