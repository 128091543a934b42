import * as tf from "@tensorflow/tfjs";
import type { Loss } from "./loss.ts";
import { matched, meanOfLast } from "./loss.ts";

/**
 * The mean over the last axis of max(1 - target * prediction, 0): Keras's `hinge`. Targets are -1 and 1; if all are 0 or
 * 1, 0 is taken for -1.
 *
 * target and prediction [batch, …, numbers] -> [batch, …]
 */
export function hinge(): Loss {
  return (target, prediction) => meanOfLast(margins("hinge", target, prediction));
}

/** The mean over the last axis of max(1 - target * prediction, 0)²: Keras's `squared_hinge`. See {@link hinge}. */
export function squaredHinge(): Loss {
  return (target, prediction) => meanOfLast(margins("squaredHinge", target, prediction).square());
}

/**
 * max(the highest prediction of another class - that of the class + 1, 0), as max((1 - target) * prediction) - sum(target
 * * prediction): Keras's `categorical_hinge`. The target is one-hot.
 *
 * target and prediction [batch, …, classes] -> [batch, …]
 */
export function categoricalHinge(): Loss {
  return (target, prediction) => {
    const [t, p] = matched("categoricalHinge", target, prediction);
    const own = t.mul(p).sum(-1);
    return highest(tf.sub(1, t).mul(p)).sub(own).add(1).maximum(0); // prettier-ignore
  };
}

function margins(name: string, target: tf.Tensor, prediction: tf.Tensor): tf.Tensor {
  const [t, p] = matched(name, target, prediction);
  const isBinary = t.mul(t.sub(1)).equal(0).all(); // prettier-ignore
  const signs = tf.where(isBinary, t.mul(2).sub(1), t); // prettier-ignore
  return tf.sub(1, signs.mul(p)).maximum(0);
}

/** The maximum over the last axis, whose gradient is shared by all that are highest; tfjs gives the whole to each. */
function highest(x: tf.Tensor): tf.Tensor {
  const shared = tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const value = x.max(-1);
    const isHighest = x.equal(value.expandDims(-1)).toFloat();
    save([isHighest.div(isHighest.sum(-1, true))]);
    return { value, gradFunc: (dy, [shares]) => dy.expandDims(-1).mul(shares as tf.Tensor) };
  });
  return shared(x);
}
