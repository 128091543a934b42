import * as tf from "@tensorflow/tfjs";
import { usesNativeOps } from "../../../engine/graph/target.ts";
import { alignedCtc } from "./alignedCtc.ts";
import { nativeCtc } from "./nativeCtc.ts";

/**
 * Connectionist temporal classification: -log of the probability of a target, summed over all ways to lay its labels
 * out over the frames, in order, each on one frame or several in a row, with blanks anywhere between them and at least one
 * between two equal labels. The gradient flows to the logits.
 * Reference: A. Graves et al., "Connectionist Temporal Classification", 2006.
 *
 * @param logits [batch, time, classes + 1], not yet normalised; the last class is the blank
 * @param labels [batch, longest] int32 in 0..classes-1, each row padded with -1 at its end; a row may be empty
 * @param lengths [batch] int32, how many frames count, in 1..time; all unless given
 * @returns [batch]; Infinity, with a gradient of 0, where there are fewer frames than {@link ctcFrames} asks for
 * @throws if the shapes do not fit together
 */
export function ctcLoss(logits: tf.Tensor3D, labels: tf.Tensor2D, lengths?: tf.Tensor1D): tf.Tensor1D {
  const [batch, time, outputs] = logits.shape;
  if (labels.shape[0] !== batch || (lengths && lengths.size !== batch)) {
    const given = `${labels.shape[0]} rows of labels${lengths ? ` and ${lengths.size} lengths` : ""}`;
    throw new Error(`ctcLoss: logits of ${batch} sequences came with ${given}; give one for each`);
  }
  if (time < 1 || outputs < 2) {
    throw new Error(`ctcLoss: logits of shape [${logits.shape.join(", ")}] need a frame, and a class beside the blank`);
  }
  const targets = labels.shape[1] > 0 ? labels : tf.fill<tf.Rank.R2>([batch, 1], -1, "int32");
  const frames = lengths ?? tf.fill<tf.Rank.R1>([batch], time, "int32");
  const run = usesNativeOps() ? nativeCtc : alignedCtc;
  const withGradient = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { loss, slope } = run(logits, targets, frames);
    save([slope]);
    return {
      value: loss,
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => (saved as tf.Tensor).mul(dy.reshape([batch, 1, 1])),
    };
  });
  return withGradient(logits);
}

/** How many frames a target needs: one for each label, and a blank between two equal ones. */
export function ctcFrames(labels: ArrayLike<number>): number {
  let frames = labels.length;
  for (let i = 1; i < labels.length; i++) if (labels[i] === labels[i - 1]) frames++;
  return frames;
}
