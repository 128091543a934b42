import * as tf from "@tensorflow/tfjs";
import type { Random } from "../../base/random.ts";
import type { Backbone } from "../../core/backbones/backbone.ts";
import { buildBackbone } from "../../core/backbones/buildBackbone.ts";
import { Dropout } from "../../core/layers/dropout.ts";
import { Gru } from "../../core/layers/recurrent/gru.ts";
import { Lstm } from "../../core/layers/recurrent/lstm.ts";
import type { Architecture } from "./description.ts";
import { MeanOverTime, UnfoldTime } from "./timeLayers.ts";

/** A backbone that looks at each frame, and what makes classes of its features. */
export interface ClipNetwork {
  /** [images [clips * frames, h, w, 3], mask [clips, frames]] to logits; holds all weights. */
  model: tf.LayersModel;
  backbone: Backbone;
  /** Numbers that describe a frame. */
  features: number;
  /** Images [n, h, w, 3] to features [n, features]: the mean of the backbone's last map. */
  look(images: tf.Tensor4D, training: boolean): tf.Tensor2D;
  /**
   * Features [clips, frames, features] and mask [clips, frames] (1 for a frame, 0 for padding) to logits [clips, classes],
   * or with a class for each frame [clips, frames, classes].
   */
  join(features: tf.Tensor3D, mask: tf.Tensor2D, training: boolean): tf.Tensor;
}

/** The layer whose outputs belong to classes. */
export const CLASS_LAYER = "classes";
const RECURRENT_LAYER = "recurrent";

/**
 * CNN and LSTM (Donahue et al., "Long-term Recurrent Convolutional Networks", 2015): a backbone on each frame, the mean over
 * its last map, a recurrent layer over the frames, and one dense layer on its last state, or on that at each frame. With
 * `mean` there is no recurrent layer: the features of the frames are averaged, whatever their order.
 */
export function buildClipNetwork(architecture: Architecture, classes: number, random: Random): ClipNetwork {
  const { backbone: name, width, publisher, dropout } = architecture;
  const backbone = buildBackbone(name, { random: random.fork("backbone"), width, publisher });
  const [image] = backbone.model.inputs as [tf.SymbolicTensor];
  const map = backbone.model.outputs[0] as tf.SymbolicTensor;
  const features = map.shape.at(-1) as number;
  const mask = tf.input({ shape: [null], name: "mask" });
  const pooling = tf.layers.globalAveragePooling2d({ name: "pooled" });
  const dropping = new Dropout({ name: "dropout", rate: dropout });
  const temporal = temporalLayer(architecture, random.fork(RECURRENT_LAYER));
  const kernelInitializer = tf.initializers.glorotUniform({ seed: random.fork(CLASS_LAYER).int(2 ** 31) });
  const classifying = tf.layers.dense({ name: CLASS_LAYER, units: classes, kernelInitializer });

  const unfolded = new UnfoldTime({ name: "unfolded" }).apply([pooling.apply(map) as tf.SymbolicTensor, mask]);
  const joined = (x: tf.SymbolicTensor): tf.SymbolicTensor => temporal ? temporal.apply([x, mask]) as tf.SymbolicTensor : x; // prettier-ignore
  const logits = classifying.apply(joined(dropping.apply(unfolded) as tf.SymbolicTensor)) as tf.SymbolicTensor;
  return {
    model: tf.model({ inputs: [image, mask], outputs: logits, name: "clip_classifier" }),
    backbone,
    features,
    look: (images, training) => tf.tidy(() => {
      const seen = backbone.model.apply(images, { training }) as tf.Tensor4D;
      return pooling.apply(seen) as tf.Tensor2D;
    }), // prettier-ignore
    join: (x, counted, training) => tf.tidy(() => {
      const kept = dropping.apply(x, { training }) as tf.Tensor3D;
      const states = temporal ? temporal.apply([kept, counted], { training }) as tf.Tensor : kept;
      return classifying.apply(states) as tf.Tensor;
    }), // prettier-ignore
  };
}

/** Undefined where each frame is judged by itself: a mean has nothing to say of single frames. */
function temporalLayer({ temporal, units, perFrame }: Architecture, random: Random): tf.layers.Layer | undefined {
  if (temporal === "mean") return perFrame ? undefined : new MeanOverTime({ name: "mean" });
  const config = { name: RECURRENT_LAYER, units, returnSequences: perFrame, masked: true, seed: random.int(2 ** 31) };
  return temporal === "lstm" ? new Lstm(config) : new Gru(config);
}
