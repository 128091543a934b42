import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "../gather.ts";

/** The loss of each sequence, [batch], and how it changes with the logits, [batch, time, classes + 1]. */
export interface CtcResult {
  loss: tf.Tensor1D;
  slope: tf.Tensor3D;
}

/** Stands for the logarithm of 0: infinities would meet as Infinity - Infinity. */
const NEVER = -1e30;

/**
 * CTC in tfjs's own ops: the forward and backward recursions over the labels with blanks between them, for the whole
 * batch at once, in logarithms. Reference: as for `ctcLoss`, section 4.1; states are numbered from 0.
 */
export function alignedCtc(logits: tf.Tensor3D, labels: tf.Tensor2D, lengths: tf.Tensor1D): CtcResult {
  const [batch, time, outputs] = logits.shape;
  const states = 2 * labels.shape[1] + 1;
  const { symbols, skips, ends } = layOut(labels, outputs - 1);
  const logProbabilities = tf.logSoftmax(logits);
  const frames = tf.range(0, logits.size, outputs, "int32").reshape([batch, time, 1]);
  const places = frames.add(symbols.expandDims(1)); // [batch, time, states]: where a state's symbol stands
  const emitted = gatherRows(logProbabilities.flatten(), places).maximum(NEVER);
  const emissions = tf.unstack(emitted, 1) as tf.Tensor2D[];
  const counting = tf.range(0, time, 1, "int32").expandDims(0).less(lengths.expandDims(1));
  const counts = tf.unstack(counting.expandDims(2), 1) as tf.Tensor2D[]; // [batch, 1] each

  const forward: tf.Tensor2D[] = [];
  for (const [t, emission] of emissions.entries()) {
    const before = forward.at(-1);
    if (before) {
      const reached = logSum(before, shifted(before, 1), shifted(before, 2).add(skips));
      forward.push(tf.where(counts[t] as tf.Tensor2D, reached.add(emission), before));
    } else {
      forward.push(emission.add(tf.tensor2d([Array.from({ length: states }, (_, s) => (s < 2 ? 0 : NEVER))])));
    }
  }
  // What follows a frame, without the frame itself; the last frame first.
  let follows = ends;
  const backward = [follows];
  for (let t = time - 1; t > 0; t--) {
    const after: tf.Tensor = follows.add(emissions[t] as tf.Tensor2D);
    const reached = logSum(after, shifted(after, -1), shifted(after.add(skips), -2));
    follows = tf.where(counts[t] as tf.Tensor2D, reached, ends);
    backward.push(follows);
  }

  const total = tf.logSumExp<tf.Tensor1D>((forward.at(-1) as tf.Tensor2D).add(ends), 1);
  const possible = tf.logicalNot(total.lessEqual(NEVER / 2)); // what is no number stays so
  const paths = tf.stack(forward, 1).add(tf.stack(backward.toReversed(), 1)); // [batch, time, states]
  const shares = paths
    .sub(total.reshape([batch, 1, 1]))
    .minimum(0)
    .exp();
  const occupied = tf.scatterND(places.reshape([-1, 1]), shares.flatten(), [logits.size]).reshape(logits.shape);
  const matters = tf.logicalAnd(counting, possible.expandDims(1)).expandDims(2);
  return {
    loss: tf.where(possible, total.neg(), Infinity),
    slope: tf.where(matters, logProbabilities.exp().sub(occupied), 0),
  };
}

/**
 * The states of each target: blank, label, blank, … blank. `symbols` [batch, states] are their classes; `skips` is 0 where
 * a state may follow the one two before it (the blank between them left out), `ends` 0 where a target may end.
 */
function layOut(labels: tf.Tensor2D, blank: number) {
  const [batch, longest] = labels.shape;
  const states = 2 * longest + 1;
  const given = tf.greaterEqual(labels, 0);
  const filled = tf.where<tf.Tensor>(given, labels, tf.scalar(blank, "int32"));
  const blanks = tf.fill([batch, longest + 1, 1], blank, "int32");
  const pairs = tf.concat([blanks, tf.pad(filled, [[0, 0], [0, 1]]).expandDims(2)], 2); // prettier-ignore
  const symbols = pairs.reshape([batch, states + 1]).slice([0, 0], [batch, states]) as tf.Tensor2D;
  const twoBefore = tf.pad(symbols, [[0, 0], [2, 0]], blank).slice([0, 0], [batch, states]); // prettier-ignore
  const skips = tf.where(tf.logicalAnd(symbols.notEqual(blank), symbols.notEqual(twoBefore)), 0, NEVER);
  const last = given.cast("int32").sum(1, true).mul(2); // [batch, 1]
  const state = tf.range(0, states, 1, "int32").expandDims(0);
  const isEnd = tf.logicalOr(state.equal(last), state.equal(last.sub(1)));
  return { symbols, skips: skips as tf.Tensor2D, ends: tf.where(isEnd, 0, NEVER) as tf.Tensor2D };
}

/** The states' values moved so many states on, and nothing where none come from. */
function shifted(values: tf.Tensor, by: number): tf.Tensor2D {
  const [batch = 0, states = 0] = values.shape;
  if (Math.abs(by) >= states) return tf.fill([batch, states], NEVER);
  const rest = values.slice([0, Math.max(0, -by)], [batch, states - Math.abs(by)]);
  return tf.pad(rest, [[0, 0], [Math.max(0, by), Math.max(0, -by)]], NEVER) as tf.Tensor2D; // prettier-ignore
}

function logSum(a: tf.Tensor, b: tf.Tensor, c: tf.Tensor): tf.Tensor2D {
  const highest = a.maximum(b).maximum(c);
  const sum = a.sub(highest).exp().add(b.sub(highest).exp()).add(c.sub(highest).exp());
  return highest.add(sum.log());
}
