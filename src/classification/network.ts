import * as tf from "@tensorflow/tfjs";
import type { Random } from "../base/random.ts";
import type { Backbone } from "../core/backbones/backbone.ts";
import { buildBackbone } from "../core/backbones/buildBackbone.ts";
import { Dropout } from "../core/layers/dropout.ts";
import type { Architecture } from "./description.ts";

/** A backbone, the mean of its last map, and a score for each class. */
export interface ClassifierNetwork {
  /** Images [n, h, w, 3] to logits [n, classes]; with a box, to [logits, boxes [n, 4]]. */
  model: tf.LayersModel;
  backbone: Backbone;
}

/** Layers that are not the backbone's. */
export const HEAD_LAYERS = { classes: "classes", box: "box" } as const;

/** Global average pooling and one dense layer (Lin et al., "Network in Network", 2014). */
export function buildClassifier(
  { backbone: name, width, publisher, dropout, box }: Architecture,
  classes: number,
  random: Random,
): ClassifierNetwork {
  const backbone = buildBackbone(name, { random: random.fork("backbone"), width, publisher });
  const map = backbone.model.outputs[0] as tf.SymbolicTensor;
  const pooled = tf.layers.globalAveragePooling2d({ name: "pooled" }).apply(map) as tf.SymbolicTensor;
  const features = new Dropout({ name: "dropout", rate: dropout }).apply(pooled) as tf.SymbolicTensor;
  const dense = (layer: string, units: number): tf.SymbolicTensor => {
    const seed = random.fork(layer).int(2 ** 31);
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.layers.dense({ name: layer, units, kernelInitializer }).apply(features) as tf.SymbolicTensor;
  };
  const logits = dense(HEAD_LAYERS.classes, classes);
  const outputs = box ? [logits, dense(HEAD_LAYERS.box, 4)] : logits;
  return {
    model: tf.model({ inputs: backbone.model.inputs[0] as tf.SymbolicTensor, outputs, name: "classifier" }),
    backbone,
  };
}
