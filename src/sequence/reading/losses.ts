import * as tf from "@tensorflow/tfjs";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { ctcLoss } from "../../core/ops/ctc/ctcLoss.ts";
import { evenAlignment } from "../../core/ops/ctc/evenAlignment.ts";
import { stopGradient } from "../../core/ops/stopGradient.ts";
import type { TextBatch } from "../../data/batches/textBatches.ts";
import type { NamedTensors, TensorSpec } from "../../engine/graph/step.ts";
import { warpedFeeds, warpedImages, warpedInputs, type WarpedShape } from "../../training/warpedInputs.ts";
import { FRAME_STRIDE } from "./frames.ts";
import type { ReaderNetwork } from "./network.ts";

export interface ReaderLossOptions extends WarpedShape {
  network: ReaderNetwork;
  preprocessing: Preprocessing;
  /** Characters that a text is padded to. */
  longest: number;
}

/** How much the shortcut's loss counts beside that of the whole network: with a fifth, letters took twice as long to appear. */
const SHORTCUT = 1;
/** More nats a character than this, and nothing is read yet. */
const UNREAD = 1;

/** Names and shapes of what the losses are computed from. */
export function lossInputs({ longest, ...shape }: ReaderLossOptions): Record<string, TensorSpec> {
  const { batch } = shape;
  return {
    ...warpedInputs(shape),
    texts: { shape: [batch, longest], dtype: "int32" },
    widths: { shape: [batch, 1], dtype: "float32" },
  };
}

/** The tensors of a batch; the caller disposes of them. */
export function lossFeeds(made: TextBatch, { batch, longest }: ReaderLossOptions): NamedTensors {
  return {
    ...warpedFeeds(made),
    texts: tf.tensor2d(made.texts, [batch, longest], "int32"),
    widths: tf.tensor2d(made.widths, [batch, 1]),
  };
}

/**
 * CTC losses of the texts, in nats a character: of what is read, and of what the convolutions read by themselves. While
 * nothing is read, at more than `UNREAD` nats a character, characters are taken to lie evenly over the image, too: by
 * itself CTC gives blanks alone for long, as it finds out nothing about where characters are. Frames behind an image
 * count for nothing.
 *
 * @param width how much of the canvas is looked at, from its left: no image of the batch is wider
 */
export function readerLosses(
  inputs: NamedTensors,
  options: ReaderLossOptions,
  width: number,
): Record<string, tf.Scalar> {
  const { network, preprocessing } = options;
  const { texts, widths } = inputs as { texts: tf.Tensor2D; widths: tf.Tensor2D };
  const canvas = { width, height: preprocessing.canvas.height };
  const images = warpedImages(inputs, options, { canvas, fill: preprocessing.fill });
  const outputs = network.model.apply([images, widths], { training: true }) as [tf.Tensor3D, tf.Tensor3D];
  const frames = widths.div(FRAME_STRIDE).ceil().cast<tf.Tensor2D>("int32").as1D();
  const lengths = texts.greaterEqual(0).toFloat().sum(1).maximum(1);
  const [read, shortcut] = outputs.map((logits) => ctcLoss(logits, texts, frames).div(lengths).mean().asScalar());
  const blank = stopGradient(shortcut as tf.Scalar)
    .sub(UNREAD)
    .clipByValue(0, 1);
  const [ofRead, ofShortcut] = outputs.map((logits) => evenAlignment(logits, texts, frames).mean());
  return {
    text: read as tf.Scalar,
    shortcut: (shortcut as tf.Scalar).mul(SHORTCUT),
    start: tf.add(ofRead as tf.Tensor, ofShortcut as tf.Tensor).mul(blank),
  };
}
