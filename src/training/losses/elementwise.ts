import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { absolute } from "./loss.ts";

/**
 * Elementwise d² / (2 beta) where d = |prediction - target| is under beta, else d - beta / 2 (Girshick, "Fast R-CNN",
 * 2015). With beta 0 it is |d|. Gradients for both arguments; any shape.
 */
export function smoothL1Loss(prediction: tf.Tensor, target: tf.Tensor, beta = 1): tf.Tensor {
  const difference = absolute(prediction.sub(target));
  if (beta === 0) return difference;
  const near = difference.minimum(beta); // d inside, beta outside: near * (d - near / 2) / beta is both cases
  return near.mul(difference.sub(near.mul(0.5))).mul(1 / beta);
}

/**
 * Elementwise -target * log(p) - (1 - target) * log(1 - p) with p = sigmoid(logits), as softplus(x) - x * target, which
 * does not overflow. Targets may lie anywhere in 0..1. Gradients for both arguments; any shape.
 */
export function sigmoidCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.softplus(logits).sub(logits.mul(targets));
}

/**
 * -log softmax(logits)[label], a value for each row, with the gradient for the logits. Of native ops one is
 * the loss and its gradient together. A label that is no class is an error there, and gives NaN elsewhere.
 *
 * @param logits [n, classes] @param labels [n] int32, each in 0..classes-1
 * @returns [n]
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  if (!usesNativeOps()) {
    const oneHot = tf.oneHot(labels, logits.shape[1]).toFloat();
    const exists = oneHot.sum(1);
    return tf.logSoftmax(logits).mul(oneHot).sum(1).neg().div(exists.mul(exists)); // 0 / 0 where there is no such class
  }
  const loss = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const attributes = { T: "float32", Tlabels: "int32" };
    const [value, slope] = nativeOp("SparseSoftmaxCrossEntropyWithLogits", attributes, [logits, labels], 2);
    save([slope]);
    return { value, gradFunc: (dy, [saved]) => dy.expandDims(1).mul(saved as tf.Tensor) };
  });
  return loss(logits) as tf.Tensor1D;
}

/**
 * Elementwise binary cross-entropy times (1 - p)^gamma, p being the probability of the target, and times alpha for
 * positives, 1 - alpha for negatives (Lin et al., "Focal loss for dense object detection", 2017). Gradient for logits.
 *
 * @param targets 0 or 1, the shape of `logits`; alpha below 0 leaves the balance out
 */
export function sigmoidFocalLoss(logits: tf.Tensor, targets: tf.Tensor, alpha = 0.25, gamma = 2): tf.Tensor {
  // 1 - p is the sigmoid of the logit with its sign turned so that it speaks against the target.
  const against = tf.sigmoid(logits.mul(tf.sub(1, targets.mul(2)))); // logits for 0, -logits for 1
  const loss = sigmoidCrossEntropy(logits, targets).mul(against.pow(gamma));
  return alpha < 0 ? loss : loss.mul(targets.mul(2 * alpha - 1).add(1 - alpha));
}
