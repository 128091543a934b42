import * as tf from "@tensorflow/tfjs";
import { type InPlaceOp, updateInPlace } from "../../engine/graph/inPlace.ts";
import type { Updates } from "../../engine/graph/step.ts";
import type { Schedule } from "../schedules/schedule.ts";
import { clipGradients, type ClipOptions } from "./clip.ts";

/**
 * An optimizer as a pure function: gradients in, new values of weights and slots out, so that it can be part of a
 * compiled step. Slots are kept by weight, not by position: freezing a layer does not mix them up.
 */
export interface Optimizer {
  /** The optimizer's own variables (moments and the like), to be saved with the weights; who made them disposes of them. */
  readonly slots: readonly Slot[];
  /**
   * The new values of the weights and slots after one step. Weights that are not named stay as they are, and so do
   * their slots.
   *
   * @param gradients by weight
   * @param learningRate a scalar
   * @param step a scalar: 1 for the first step
   * @param factorOf the learning rate of each weight as a multiple of `learningRate`; 1 unless told
   * @throws for a weight that the optimizer was not made for
   */
  update(gradients: Gradients, learningRate: tf.Scalar, step: tf.Scalar, factorOf?: RateFactors): Updates;
}

export type Gradients = ReadonlyMap<tf.Variable, tf.Tensor>;

/** The learning rate of each weight as a multiple of the training's. */
export type RateFactors = (weight: tf.Variable) => number;

/** What an optimizer keeps of a weight. */
export interface Slot {
  of: tf.Variable;
  /** "momentum", "adam_m" and the like. */
  kind: string;
  variable: tf.Variable;
  /** What all of it is at first. */
  initial: number;
}

/** An optimizer that has no weights yet: `adam({ beta2: 0.99 })`, say. */
export interface OptimizerFactory {
  readonly name: string;
  /** The rate that it learns at, or by step, where nothing else says one; Keras's default unless told. */
  readonly learningRate: number | Schedule;
  /** Makes it, with slots of its own, for these weights. */
  for(weights: readonly tf.Variable[]): Optimizer;
}

/** What can be told of every optimizer. */
export interface OptimizerOptions extends ClipOptions {
  learningRate?: number | Schedule;
  /** Decoupled from the gradient: w = w - lr * weightDecay * w before each step (none unless told). */
  weightDecay?: number;
  /** Which weights decay: kernels unless told. */
  decays?: Decays;
}

/**
 * How an optimizer moves one weight: from its gradient and slots (their order is that of the rule's `kinds`) to the
 * change that is added to it, and the slots' new values.
 */
export interface Rule {
  name: string;
  /** The learning rate unless told. */
  learningRate: number;
  /** What is kept of each weight. */
  kinds: readonly string[];
  /** What slots are at first: 0 unless told. */
  initial?: number;
  /**
   * What is added to a weight, and the new values of its slots.
   *
   * @param scalars what `scalars` gave; the learning rate alone unless the rule has it
   */
  move(gradient: tf.Tensor, slots: readonly tf.Tensor[], scalars: readonly tf.Tensor[]): Move;
  /**
   * TensorFlow's own op for the same move, if it has one: compiled steps run it in place of `move`. It takes the weight,
   * its slots and these inputs. Nothing is computed here (`scalars` is the place, and what `then` does).
   */
  fused?(gradient: tf.Tensor, slots: readonly tf.Tensor[], scalars: readonly tf.Tensor[]): Omit<InPlaceOp, "variables">;
  /** What is the same for all weights of a step, computed once, from the learning rate and the number of the step. */
  scalars?(learningRate: tf.Scalar, step: tf.Scalar): readonly tf.Tensor[];
}

export interface Move {
  change: tf.Tensor;
  slots: tf.Tensor[];
}

/** Decides by weight whether decay applies: kernels usually decay, biases and normalisation do not. */
export type Decays = (weight: tf.Variable) => boolean;

/** Kernels, that is, weights of two dimensions or more, decay. */
export const kernelsDecay: Decays = (weight) => weight.rank > 1;

/**
 * An optimizer that clips gradients, then moves each weight by the rule after decoupled weight decay: w = w - lr *
 * weightDecay * w (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
 *
 * @throws UsageError for more than one way to clip
 */
export function optimizerOf(rule: Rule, options: OptimizerOptions = {}): OptimizerFactory {
  const { learningRate = rule.learningRate, weightDecay = 0, decays = kernelsDecay } = options;
  const clip = clipGradients(options);
  return {
    name: rule.name,
    learningRate,
    for(weights) {
      const slots = new Map(weights.map((weight) => [weight, rule.kinds.map((kind) => slotFor(weight, kind, rule))]));
      return {
        slots: [...slots.values()].flat(),
        update(gradients, learningRate, step, factorOf = () => 1) {
          const paceOf = paces(rule, learningRate, step);
          const updates: Updates = new Map();
          for (const [weight, gradient] of clip(gradients)) {
            const own = slots.get(weight);
            if (!own) throw new Error(`the optimizer was not made for the weight ${weight.name}`);
            const { rate, scalars } = paceOf(factorOf(weight));
            const start = decayed(weight, rate, decays(weight) ? weightDecay : 0);
            const before = own.map(({ variable }) => variable);
            const variables = new Map([[weight, start], ...before.map((slot) => [slot, slot] as const)]);
            const plain = (): tf.Tensor[] => {
              const { change, slots } = rule.move(gradient, before, scalars);
              return [start.add(change), ...slots];
            };
            const fused = rule.fused?.(gradient, before, scalars);
            const moved = fused ? updateInPlace({ ...fused, variables }, plain) : plain();
            [...variables.keys()].forEach((variable, i) => updates.set(variable, moved[i] as tf.Tensor));
          }
          return updates;
        },
      };
    },
  };
}

/** The rate, and what the rule makes of it, for weights of each factor: computed once for all that share it. */
function paces(rule: Rule, learningRate: tf.Scalar, step: tf.Scalar) {
  const known = new Map<number, { rate: tf.Scalar; scalars: readonly tf.Tensor[] }>();
  return (factor: number) => {
    const found = known.get(factor);
    if (found) return found;
    const rate: tf.Scalar = factor === 1 ? learningRate : learningRate.mul(factor);
    const pace = { rate, scalars: rule.scalars?.(rate, step) ?? [rate] };
    known.set(factor, pace);
    return pace;
  };
}

function slotFor(of: tf.Variable, kind: string, { initial = 0 }: Rule): Slot {
  const variable = tf.tidy(() => tf.variable(tf.fill(of.shape, initial), false, `${of.name}/${kind}`));
  return { of, kind, variable, initial };
}

function decayed(weight: tf.Variable, learningRate: tf.Scalar, weightDecay: number): tf.Tensor {
  return weightDecay === 0 ? weight : weight.mul(tf.sub(1, learningRate.mul(weightDecay)));
}
