import * as tf from "@tensorflow/tfjs";

const EPSILON = 1e-7;

/** 1 - IoU: no gradient where boxes do not touch. Shapes as in {@link giouLoss}. */
export function iouLoss(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor {
  return tf.sub(1, compare(prediction, target).iou);
}

/**
 * 1 - GIoU, GIoU = IoU - (area of the enclosing box - union) / area of the enclosing box (Rezatofighi et al.,
 * "Generalized intersection over union", 2019): it has a gradient where boxes do not touch.
 *
 * @param prediction [..., 4] as x1, y1, x2, y2 with x1 <= x2 and y1 <= y2 @param target [..., 4]
 * @returns [...]; gradients for both arguments
 */
export function giouLoss(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const { iou, union, enclosing } = compare(prediction, target);
  const area = enclosing.width.mul(enclosing.height);
  return tf.sub(1, iou).add(area.sub(union).div(area.add(EPSILON)));
}

/**
 * 1 - IoU + (distance of the centres / diagonal of the enclosing box)² (Zheng et al., "Distance-IoU loss", 2020).
 * Shapes as in {@link giouLoss}.
 */
export function diouLoss(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const comparison = compare(prediction, target);
  return tf.sub(1, comparison.iou).add(centreDistance(comparison));
}

/**
 * The DIoU loss plus alpha * v, v = (4 / pi²) (atan(w / h) - atan(w' / h'))² and alpha = v / (1 - IoU + v), a weight
 * that counts as constant in the gradient (Zheng et al., 2020). Shapes as in {@link giouLoss}.
 */
export function ciouLoss(prediction: tf.Tensor, target: tf.Tensor): tf.Tensor {
  const comparison = compare(prediction, target);
  const { iou, a, b } = comparison;
  const angle = b.width
    .div(b.height.add(EPSILON))
    .atan()
    .sub(a.width.div(a.height.add(EPSILON)).atan());
  const aspect = angle.square().mul(4 / Math.PI ** 2);
  return tf.sub(1, iou).add(centreDistance(comparison)).add(weightedByItself(aspect, iou));
}

/** alpha * v with alpha = v / (1 - iou + v) held constant: the gradient for v is alpha, for iou nothing. */
function weightedByItself(v: tf.Tensor, iou: tf.Tensor): tf.Tensor {
  const product = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const alpha = v.div(tf.sub(1 + EPSILON, iou).add(v));
    save([alpha]);
    return { value: alpha.mul(v), gradFunc: (dy, [saved]) => dy.mul(saved as tf.Tensor) };
  });
  return product(v);
}

interface Sides {
  x1: tf.Tensor;
  y1: tf.Tensor;
  x2: tf.Tensor;
  y2: tf.Tensor;
  width: tf.Tensor;
  height: tf.Tensor;
}

interface Comparison {
  a: Sides;
  b: Sides;
  enclosing: { width: tf.Tensor; height: tf.Tensor };
  union: tf.Tensor;
  iou: tf.Tensor;
}

/** What the three losses share; every tensor has the shape [...] of the boxes without their last axis. */
function compare(prediction: tf.Tensor, target: tf.Tensor): Comparison {
  const [a, b] = [sides(prediction), sides(target)];
  const width = tf.relu(tf.minimum(a.x2, b.x2).sub(tf.maximum(a.x1, b.x1)));
  const height = tf.relu(tf.minimum(a.y2, b.y2).sub(tf.maximum(a.y1, b.y1)));
  const intersection = width.mul(height);
  const union = a.width.mul(a.height).add(b.width.mul(b.height)).sub(intersection);
  const enclosing = {
    width: tf.maximum(a.x2, b.x2).sub(tf.minimum(a.x1, b.x1)),
    height: tf.maximum(a.y2, b.y2).sub(tf.minimum(a.y1, b.y1)),
  };
  return { a, b, enclosing, union, iou: intersection.div(union.add(EPSILON)) };
}

/** (distance of the centres / diagonal of the enclosing box)². */
function centreDistance({ a, b, enclosing }: Comparison): tf.Tensor {
  const diagonal = enclosing.width.square().add(enclosing.height.square()).add(EPSILON);
  const dx = a.x1.add(a.x2).sub(b.x1.add(b.x2)); // twice the distance
  const dy = a.y1.add(a.y2).sub(b.y1.add(b.y2));
  return dx.square().add(dy.square()).mul(0.25).div(diagonal);
}

function sides(boxes: tf.Tensor): Sides {
  const shape = boxes.shape.slice(0, -1);
  const columns = tf.split(boxes, 4, -1).map((column) => column.reshape(shape));
  const [x1, y1, x2, y2] = columns as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  return { x1, y1, x2, y2, width: x2.sub(x1), height: y2.sub(y1) };
}
