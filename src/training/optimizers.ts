import * as tf from "@tensorflow/tfjs";
import type { Updates } from "../engine/graph/step.ts";

/**
 * An optimizer as a pure function: gradients in, new values of weights and slots out, so that it can be part of a
 * compiled step. Slots are kept by weight, not by position: freezing a layer does not mix them up.
 */
export interface Optimizer {
  /** The optimizer's own variables (moments and the like), to be saved with the weights. */
  readonly slots: readonly Slot[];
  /**
   * @param gradients by weight
   * @param learningRate a scalar
   * @param step a scalar: 1 for the first step
   */
  update(gradients: ReadonlyMap<tf.Variable, tf.Tensor>, learningRate: tf.Scalar, step: tf.Scalar): Updates;
}

/** A variable that an optimizer keeps for a weight; saved under the weight's name and the kind. */
export interface Slot {
  of: tf.Variable;
  kind: SlotKind;
  variable: tf.Variable;
}

type SlotKind = "momentum" | "adam_m" | "adam_v";

/** Decides by weight whether decay applies: kernels usually decay, biases and normalisation do not. */
type Decays = (weight: tf.Variable) => boolean;

/** Kernels, that is, weights of two dimensions or more, decay. */
const kernelsDecay: Decays = (weight) => weight.rank > 1;

/**
 * Stochastic gradient descent with momentum: v = momentum * v - lr * g, w = w + v (or w + momentum * v - lr * g with
 * Nesterov's), as Keras has it; weight decay is decoupled: w = w - lr * weightDecay * w before the step.
 */
export function sgd(
  weights: readonly tf.Variable[],
  { momentum = 0.9, nesterov = false, weightDecay = 0, decays = kernelsDecay } = {},
): Optimizer {
  const velocity = slotsFor(weights, "momentum");
  return {
    slots: listed(velocity, "momentum"),
    update(gradients, learningRate) {
      const updates: Updates = new Map();
      for (const [weight, gradient] of gradients) {
        const v = slotOf(velocity, weight);
        const step = gradient.mul(learningRate);
        const moved = v.mul(momentum).sub(step);
        const change = nesterov ? moved.mul(momentum).sub(step) : moved;
        updates.set(v, moved);
        updates.set(weight, decayed(weight, learningRate, decays(weight) ? weightDecay : 0).add(change));
      }
      return updates;
    },
  };
}

/**
 * Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay
 * Regularization", 2019), as Keras has it: w = w - lr * weightDecay * w, then
 * w = w - lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon).
 */
export function adamW(
  weights: readonly tf.Variable[],
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, weightDecay = 0.01, decays = kernelsDecay } = {},
): Optimizer {
  const first = slotsFor(weights, "adam_m");
  const second = slotsFor(weights, "adam_v");
  return {
    slots: [...listed(first, "adam_m"), ...listed(second, "adam_v")],
    update(gradients, learningRate, step) {
      const correction = tf
        .sub(1, tf.pow(beta2, step))
        .sqrt()
        .div(tf.sub(1, tf.pow(beta1, step)));
      const rate = learningRate.mul(correction);
      const updates: Updates = new Map();
      for (const [weight, gradient] of gradients) {
        const [m, v] = [slotOf(first, weight), slotOf(second, weight)];
        const newM = m.add(gradient.sub(m).mul(1 - beta1));
        const newV = v.add(
          gradient
            .mul(gradient)
            .sub(v)
            .mul(1 - beta2),
        );
        const change = newM.mul(rate).div(newV.sqrt().add(epsilon));
        updates.set(m, newM);
        updates.set(v, newV);
        updates.set(weight, decayed(weight, learningRate, decays(weight) ? weightDecay : 0).sub(change));
      }
      return updates;
    },
  };
}

/**
 * Gradients scaled down together when their global norm exceeds the limit (Pascanu et al., "On the difficulty of
 * training recurrent neural networks", 2013); also gives the norm, a scalar.
 */
export function clipByGlobalNorm(
  gradients: ReadonlyMap<tf.Variable, tf.Tensor>,
  limit: number,
): { clipped: Map<tf.Variable, tf.Tensor>; norm: tf.Scalar } {
  const squares = [...gradients.values()].map((g) => g.mul(g).sum());
  const norm: tf.Scalar = tf.addN(squares).sqrt().asScalar();
  const scale = tf.scalar(limit).div(tf.maximum(norm, limit));
  return { clipped: new Map([...gradients].map(([weight, g]) => [weight, g.mul(scale)])), norm };
}

function decayed(weight: tf.Variable, learningRate: tf.Scalar, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? weight : weight.mul(tf.sub(1, learningRate.mul(weightDecay)));
}

function listed(slots: ReadonlyMap<tf.Variable, tf.Variable>, kind: SlotKind): Slot[] {
  return [...slots].map(([of, variable]) => ({ of, kind, variable }));
}

function slotsFor(weights: readonly tf.Variable[], kind: SlotKind): Map<tf.Variable, tf.Variable> {
  return new Map(weights.map((w) => [w, tf.tidy(() => tf.variable(tf.zeros(w.shape), false, `${w.name}/${kind}`))]));
}

function slotOf(slots: ReadonlyMap<tf.Variable, tf.Variable>, weight: tf.Variable): tf.Variable {
  const slot = slots.get(weight);
  if (!slot) throw new Error(`the optimizer was not made for the weight ${weight.name}`);
  return slot;
}
