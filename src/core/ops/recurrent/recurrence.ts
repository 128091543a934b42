import * as tf from "@tensorflow/tfjs";
import { runLoop } from "../../../engine/graph/loop.ts";
import { ACTIVATIONS, type ActivationName } from "../activations.ts";
import { nativeOp } from "../../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../../engine/graph/target.ts";
import { innerGradient } from "../innerGradient.ts";

/** All that is known when gradients go back through the steps; [time, batch, ...] each. */
export interface Taken {
  inputs: tf.Tensor;
  /** The states before the first step, [batch, ...]. */
  initial: tf.Tensor[];
  /** The states before every step. */
  before: tf.Tensor[];
  /** The states after every step. */
  after: tf.Tensor[];
  /** What else every step kept: sums before activations, so that no product is computed a second time. */
  kept: tf.Tensor[];
  /** The gradients of the states after every step that come from outside. */
  upstream: tf.Tensor[];
}

/** The gradients of a recurrence. */
export interface RecurrenceGradients {
  inputs: tf.Tensor;
  initial: tf.Tensor[];
  weights: tf.Tensor[];
}

/**
 * A recurrent network: one step of it, and its gradients by hand. What does not depend on the steps after it is computed
 * for all steps at once, in few large ops; a loop backwards does what is left, and the gradients of weights are large
 * products again.
 */
export interface Recurrence {
  /** The part of the inputs that belongs to a step, and the states before it -> those after it, and what gradients need. */
  step: (input: tf.Tensor, states: readonly tf.Tensor[]) => { states: tf.Tensor[]; kept: tf.Tensor[] };
  gradients: (taken: Taken) => RecurrenceGradients;
}

/** What a recurrence is run on. */
export interface Run {
  /** [time, batch, ...] */
  inputs: tf.Tensor;
  /** The states before the first step, [batch, ...]. */
  initial: readonly tf.Tensor[];
  /** What `gradients` gives gradients for, beside the inputs and the initial states. */
  weights: readonly tf.Tensor[];
  /** What else it takes, without gradients. */
  fixed?: readonly tf.Tensor[];
  /** Whether gradients flow to all states, or to the first alone; the others are constants then. */
  all?: boolean;
}

/**
 * Runs a recurrence over all steps, with its gradients.
 *
 * @param of makes the recurrence of its tensors, on the way back of others with the same values
 * @returns of each state its values after every step, [time, batch, ...]
 */
export function recur(
  of: (weights: tf.Tensor[], fixed: tf.Tensor[]) => Recurrence,
  { inputs, initial, weights, fixed = [], all = false }: Run,
): tf.Tensor[] {
  const together = all && initial.length > 1;
  let others: tf.Tensor[] = [];
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { step } = of([...weights], [...fixed]);
    const { kept: all } = runLoop({
      scanned: [inputs],
      carried: initial,
      body: ([input], before) => {
        const { states, kept } = step(input as tf.Tensor, before);
        return { carried: states, kept: [...states, ...kept] };
      },
    });
    const [after, kept] = [all.slice(0, initial.length), all.slice(initial.length)];
    others = together ? [] : after.slice(1).map((state) => tf.keep(state.clone()));
    save([inputs, ...initial, ...after, ...kept, ...weights, ...fixed]);
    return {
      value: together ? tf.stack(after) : (after[0] as tf.Tensor),
      gradFunc: (dy, saved) => {
        const list = [...saved];
        const take = (count: number): tf.Tensor[] => list.splice(0, count);
        const [given] = take(1) as [tf.Tensor];
        const [first, ends, sums] = [take(initial.length), take(initial.length), take(kept.length)];
        const { gradients } = of(take(weights.length), take(fixed.length));
        const before = ends.map((end, k) => shifted(first[k] as tf.Tensor, end));
        const upstream = together ? tf.unstack(dy) : [dy, ...ends.slice(1).map((end) => tf.zerosLike(end))];
        const found = gradients({ inputs: given, initial: first, before, after: ends, kept: sums, upstream });
        return [found.inputs, ...found.initial, ...found.weights];
      },
    };
  });
  const value = withGradient(inputs, ...initial, ...weights);
  if (together) return tf.unstack(value);
  return [value, ...others.map(released)];
}

/** The tensor, from now on with the caller's tidy. */
function released(kept: tf.Tensor): tf.Tensor {
  const own = kept.clone();
  kept.dispose();
  return own;
}

/** What was there before every step: the first, and all but the last of those after. */
function shifted(first: tf.Tensor, after: tf.Tensor): tf.Tensor {
  const [time = 1] = after.shape;
  return tf.concat([first.reshape([1, ...first.shape]), after.slice(0, time - 1)], 0);
}

/** dy times the derivative of an activation where it is y = f(x), element by element. */
export function bySlope(name: ActivationName, x: tf.Tensor, y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (name !== "sigmoid" && name !== "tanh") return innerGradient((from) => ACTIVATIONS[name](from), x, dy);
  if (usesNativeOps()) return nativeOp(name === "sigmoid" ? "SigmoidGrad" : "TanhGrad", { T: "float32" }, [y, dy])[0];
  return dy.mul(name === "sigmoid" ? y.sub(y.square()) : tf.sub(1, y.square()));
}
