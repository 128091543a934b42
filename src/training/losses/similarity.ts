import type * as tf from "@tensorflow/tfjs";
import type { Loss } from "./loss.ts";
import { EPSILON, matched, matchedClasses } from "./loss.ts";

/**
 * sum over the last axis of target * log(target / prediction), both kept in 1e-7..1: Keras's `kl_divergence`, of
 * distributions.
 *
 * target and prediction [batch, …, classes] -> [batch, …]
 */
export function klDivergence(): Loss {
  return (target, prediction) => {
    const [t, p] = matched("klDivergence", target, prediction).map((x) => x.clipByValue(EPSILON, 1)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    return t.mul(t.div(p).log()).sum(-1); // prettier-ignore
  };
}

/**
 * The negative cosine of the angle between target and prediction: Keras's loss `cosine_similarity`, -1 where they point
 * the same way, and 0 where one is 0.
 *
 * target and prediction [batch, …, numbers] -> [batch, …]
 */
export function cosineSimilarity({ axis }: { axis?: number } = {}): Loss {
  return (target, prediction) => {
    const [t, p] = matchedClasses("cosineSimilarity", target, prediction, axis);
    return ofLengthOne(t).mul(ofLengthOne(p)).sum(-1).neg(); // prettier-ignore
  };
}

function ofLengthOne(x: tf.Tensor): tf.Tensor {
  return x.mul(x.square().sum(-1, true).maximum(EPSILON ** 2).rsqrt()); // prettier-ignore
}
