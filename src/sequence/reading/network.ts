import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import { type Blocks, blocks } from "../../core/backbones/blocks.ts";
import { BlankColumns, ColumnCounts, ColumnSequence } from "../../core/layers/columns.ts";
import { Dropout } from "../../core/layers/dropout.ts";
import { Bidirectional } from "../../core/layers/recurrent/bidirectional.ts";
import { Gru } from "../../core/layers/recurrent/gru.ts";
import { Lstm } from "../../core/layers/recurrent/lstm.ts";
import type { Architecture } from "./description.ts";

/** Convolutions, recurrent layers that read their columns, and a score for each character and frame. */
export interface ReaderNetwork {
  /**
   * [images [n, height, w, 3], widths [n, 1] in pixels] to [logits, shortcut], both [n, frames, classes + 1]; the last class
   * is CTC's blank, and there is a frame for each `FRAME_STRIDE` pixels of the width. Columns behind the images' widths
   * change nothing within them.
   */
  model: tf.LayersModel;
}

/** Pixels of the input for each frame. */
export const FRAME_STRIDE = 4;

/** Layers whose outputs belong to characters. */
export const CHARACTER_LAYERS = { characters: "characters", shortcut: "shortcut" } as const;

/**
 * Stages of the convolutions: strides down and across, and how many residual blocks follow. From the third on, the width
 * is kept, so that a narrow letter has a few frames to itself.
 */
const STAGES: readonly {
  filters: number;
  kernelSize: [number, number];
  strides: [number, number];
  residuals: number;
}[] = [
  { filters: 32, kernelSize: [4, 4], strides: [2, 2], residuals: 0 },
  { filters: 64, kernelSize: [4, 4], strides: [2, 2], residuals: 1 },
  { filters: 128, kernelSize: [2, 3], strides: [2, 1], residuals: 1 },
  { filters: 128, kernelSize: [2, 3], strides: [2, 1], residuals: 0 },
];

/**
 * A convolutional recurrent network (Shi, Bai and Yao, "An End-to-End Trainable Neural Network for Image-based Sequence
 * Recognition", 2017), smaller than theirs: strided convolutions in place of theirs with pooling, all with batch
 * normalisation. The shortcut scores characters from the convolutions alone, and is for training: its loss reaches them
 * directly, so that they need not wait for the recurrent layers (Retsinas et al., "Best Practices for a Handwritten Text
 * Recognition System", 2022).
 */
export function buildReader(
  { height, cell, layers, units, dropout }: Architecture,
  classes: number,
  random: Random,
): ReaderNetwork {
  const b = blocks({ random: random.fork("convolutions") }, { momentum: 0.9, epsilon: 1e-3 });
  const images = tf.input({ shape: [height, null, 3], name: "image" });
  const widths = tf.input({ shape: [1], name: "width" });
  const blank = (x: tf.SymbolicTensor, name: string, stride: number): tf.SymbolicTensor =>
    new BlankColumns({ name: `${name}_blank`, stride }).apply([x, widths]) as tf.SymbolicTensor;

  let x = blank(images, "image", 1);
  let stride = 1;
  for (const [i, { filters, kernelSize, strides, residuals }] of STAGES.entries()) {
    const stage = `stage${i + 1}`;
    stride *= strides[1];
    x = b.norm(b.conv(x, `${stage}_conv`, filters, kernelSize, { strides }), `${stage}_conv_bn`);
    x = blank(b.relu(x, `${stage}_conv_relu`), `${stage}_conv`, stride);
    for (let block = 1; block <= residuals; block++)
      x = residual(b, x, `${stage}_block${block}`, filters, stride, blank);
  }
  const sequence = new ColumnSequence({ name: COLUMNS }).apply(x) as tf.SymbolicTensor;
  const counts = new ColumnCounts({ name: "frames", stride }).apply([x, widths]) as tf.SymbolicTensor;
  const seedOf = (layer: string): number => random.fork(layer).int(2 ** 31);
  const dropped = (y: tf.SymbolicTensor, name: string): tf.SymbolicTensor =>
    new Dropout({ name, rate: dropout }).apply(y) as tf.SymbolicTensor;
  const scores = (y: tf.SymbolicTensor, name: string): tf.SymbolicTensor => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: seedOf(name) });
    return tf.layers.dense({ name, units: classes + 1, kernelInitializer }).apply(y) as tf.SymbolicTensor;
  };
  let read = dropped(sequence, "dropout");
  const shortcut = scores(read, CHARACTER_LAYERS.shortcut);
  for (let i = 1; i <= layers; i++) {
    const name = `${cell}${i}`;
    const config = { name, units, returnSequences: true, masked: true, seed: seedOf(name) };
    const layer = cell === "lstm" ? new Lstm(config) : new Gru(config);
    const both = new Bidirectional({ name: `${name}_both`, layer }).apply([read, counts]) as tf.SymbolicTensor;
    read = dropped(both, `${name}_dropout`);
  }
  const logits = scores(read, CHARACTER_LAYERS.characters);
  return { model: tf.model({ inputs: [images, widths], outputs: [logits, shortcut], name: "reader" }) };
}

/** The last map of the convolutions, [n, h, columns, channels], of images and their widths; blank columns are 0. */
export function featuresOf({ model }: ReaderNetwork): (images: tf.Tensor4D, widths: tf.Tensor2D) => tf.Tensor4D {
  const { input } = model.getLayer(COLUMNS);
  const convolutions = tf.model({ inputs: model.inputs, outputs: input, name: "features" });
  return (images, widths) => convolutions.apply([images, widths], { training: false }) as tf.Tensor4D;
}

/** The layer between the convolutions and the recurrent layers. */
const COLUMNS = "columns";

/** relu(x + bn2(conv2(relu(bn1(conv1(x)))))), where bn2's gamma starts at one half; blank columns stay blank. */
function residual(
  b: Blocks,
  x: tf.SymbolicTensor,
  name: string,
  filters: number,
  stride: number,
  blank: (x: tf.SymbolicTensor, name: string, stride: number) => tf.SymbolicTensor,
): tf.SymbolicTensor {
  let y = b.relu(b.norm(b.conv(x, `${name}_conv1`, filters, 3), `${name}_conv1_bn`), `${name}_conv1_relu`);
  y = b.norm(b.conv(blank(y, `${name}_conv1`, stride), `${name}_conv2`, filters, 3), `${name}_conv2_bn`, 0.5);
  return blank(b.relu(b.add(x, y, `${name}_add`), `${name}_relu`), name, stride);
}
