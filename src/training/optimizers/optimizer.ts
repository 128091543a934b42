import * as tf from "@tensorflow/tfjs";
import type { Updates } from "../../engine/graph/step.ts";

/**
 * An optimizer as a pure function: gradients in, new values of weights and slots out, so that it can be part of a
 * compiled step. Slots are kept by weight, not by position: freezing a layer does not mix them up.
 */
export interface Optimizer {
  /** The optimizer's own variables (moments and the like), to be saved with the weights; who made them disposes of them. */
  readonly slots: readonly Slot[];
  /**
   * The new values of the weights and slots after one step.
   *
   * @param gradients by weight
   * @param learningRate a scalar
   * @param step a scalar: 1 for the first step
   */
  update(gradients: ReadonlyMap<tf.Variable, tf.Tensor>, learningRate: tf.Scalar, step: tf.Scalar): Updates;
}

/** What an optimizer keeps of a weight. */
export interface Slot {
  of: tf.Variable;
  /** "momentum", "adam_m" and the like. */
  kind: string;
  variable: tf.Variable;
}

/**
 * How an optimizer moves one weight: from its gradient and slots (their order is that of the rule's `kinds`) to the
 * change that is added to it, and the slots' new values.
 */
export interface Rule {
  /** What is kept of each weight, zero at first. */
  kinds: readonly string[];
  /** What is added to a weight, and the new values of its slots. */
  move(gradient: tf.Tensor, slots: readonly tf.Tensor[], rate: tf.Tensor): { change: tf.Tensor; slots: tf.Tensor[] };
  /** The rate that `move` gets, from the learning rate and the number of the step; the same unless told. */
  rate?(learningRate: tf.Scalar, step: tf.Scalar): tf.Tensor;
}

/** Decides by weight whether decay applies: kernels usually decay, biases and normalisation do not. */
export type Decays = (weight: tf.Variable) => boolean;

/** Kernels, that is, weights of two dimensions or more, decay. */
export const kernelsDecay: Decays = (weight) => weight.rank > 1;

/**
 * An optimizer that moves each weight by the rule, after decoupled weight decay: w = w - lr * weightDecay * w
 * (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
 */
export function optimizerOf(
  rule: Rule,
  weights: readonly tf.Variable[],
  { weightDecay, decays }: { weightDecay: number; decays: Decays },
): Optimizer {
  const slots = new Map(weights.map((weight) => [weight, rule.kinds.map((kind) => slotFor(weight, kind))]));
  return {
    slots: [...slots.values()].flat(),
    update(gradients, learningRate, step) {
      const rate = rule.rate?.(learningRate, step) ?? learningRate;
      const updates: Updates = new Map();
      for (const [weight, gradient] of gradients) {
        const own = slots.get(weight);
        if (!own) throw new Error(`the optimizer was not made for the weight ${weight.name}`);
        const moved = rule.move(
          gradient,
          own.map(({ variable }) => variable),
          rate,
        );
        own.forEach(({ variable }, i) => updates.set(variable, moved.slots[i] as tf.Tensor));
        updates.set(weight, decayed(weight, learningRate, decays(weight) ? weightDecay : 0).add(moved.change));
      }
      return updates;
    },
  };
}

function slotFor(of: tf.Variable, kind: string): Slot {
  return { of, kind, variable: tf.tidy(() => tf.variable(tf.zeros(of.shape), false, `${of.name}/${kind}`)) };
}

function decayed(weight: tf.Variable, learningRate: tf.Scalar, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? weight : weight.mul(tf.sub(1, learningRate.mul(weightDecay)));
}
