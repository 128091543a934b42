import * as tf from "@tensorflow/tfjs";
import type { Loss } from "./loss.ts";
import { checkedOption, EPSILON, matched } from "./loss.ts";

export interface RegionOptions {
  /** The axes that are summed over; all unless told, which makes one value for the whole batch. */
  axis?: number | number[];
}

export interface TverskyOptions extends RegionOptions {
  /** Weight of what the prediction misses (default 0.5). */
  alpha?: number;
  /** Weight of what it has too much (default 0.5). */
  beta?: number;
}

/**
 * 1 - 2 sum(target * prediction) / (sum(target) + sum(prediction)), of probabilities: Keras's `dice` (Milletari et al.,
 * "V-Net", 2016), which has one value for the whole batch. `axis: [1, 2, 3]` has one for each image.
 */
export function dice({ axis }: RegionOptions = {}): Loss {
  return (target, prediction) => {
    const [t, p] = matched("dice", target, prediction);
    const shared = t.mul(p).sum(axis);
    return tf.sub(1, shared.mul(2).div(t.sum(axis).add(p.sum(axis)).add(EPSILON))); // prettier-ignore
  };
}

/**
 * 1 - sum(target * prediction) / (that + alpha * sum(target * (1 - prediction)) + beta * sum((1 - target) *
 * prediction)), of probabilities: Keras's `tversky` (Salehi et al., 2017). With alpha and beta 0.5 it is {@link dice}.
 */
export function tversky({ axis, alpha = 0.5, beta = 0.5 }: TverskyOptions = {}): Loss {
  checkedOption("tversky", "alpha", alpha, 0);
  checkedOption("tversky", "beta", beta, 0);
  return (target, prediction) => {
    const [t, p] = matched("tversky", target, prediction);
    const shared = t.mul(p).sum(axis);
    const missed = t.mul(tf.sub(1, p)).sum(axis).mul(alpha); // prettier-ignore
    const extra = p.mul(tf.sub(1, t)).sum(axis).mul(beta); // prettier-ignore
    return tf.sub(1, shared.div(shared.add(missed).add(extra).add(EPSILON)));
  };
}
