import * as tf from "@tensorflow/tfjs";
import type { Backbone } from "./backbones/backbone.ts";

/** How the gradient weighs a feature map: one weight for each channel, or one for each channel of each cell. */
export type CamWeighting = "channels" | "cells";

/**
 * Grad-CAM (Selvaraju et al., "Grad-CAM", 2017): which cells of a layer's map speak for a score. A channel's weight is
 * the mean over all cells of the score's gradient for it, and a cell's heat what its channels come to with these weights,
 * 0 where that is negative. With `cells` each cell has the weights of its own gradient (Draelos and Carin, "HiResCAM",
 * 2020): heat is then where the score comes from, and not wherever the same features are.
 *
 * It is as pure as `score` is, so that it can be part of a recorded step.
 *
 * @param layer one whose output is [n, h, w, c], and on which the score depends
 * @param score runs the network once, this layer in it, and gives a scalar, the sum over images where there are several
 * @returns [n, h, w], 0 or more, not scaled
 */
export function gradCam(
  layer: tf.layers.Layer,
  score: () => tf.Tensor,
  weighting: CamWeighting = "channels",
): tf.Tensor3D {
  return tf.tidy(() => {
    const { map, gradient } = mapAndGradient(layer, score);
    const weights = weighting === "cells" ? gradient : gradient.mean([1, 2], true);
    const heat: tf.Tensor3D = map.mul(weights).sum(3).relu();
    tf.dispose([map, gradient]);
    return heat;
  });
}

/** The layers of a model whose output is a map of at least one cell, [n, h, w, c], by name, in the model's order. */
export function mapLayers(model: tf.LayersModel): Map<string, tf.layers.Layer> {
  const maps = model.layers.filter((layer) => {
    const shape = layer.inboundNodes.length === 0 ? [] : layer.outputShape;
    return layer.getClassName() !== "InputLayer" && shape.length === 4 && !Array.isArray(shape[0]);
  });
  return new Map(maps.map((layer) => [layer.name, layer]));
}

/** The layer that makes a backbone's last map, before a pooling that ends it. */
export function lastMap({ model }: Pick<Backbone, "model">): string {
  const maps = [...mapLayers(model).values()].filter((layer) => layer.getClassName() !== "MaxPooling2D");
  return maps.at(-1)?.name ?? "";
}

/** What a layer gives while the score is computed, and the score's gradient for it; both are kept beyond a tidy. */
function mapAndGradient(layer: tf.layers.Layer, score: () => tf.Tensor): { map: tf.Tensor4D; gradient: tf.Tensor4D } {
  const seen: { map?: tf.Tensor4D; gradient?: tf.Tensor4D } = {};
  const call = layer.call.bind(layer);
  const run = (zero: tf.Tensor): tf.Scalar => {
    layer.call = (inputs, options) => {
      const given = call(inputs, options);
      const map = (Array.isArray(given) ? given[0] : given) as tf.Tensor4D;
      seen.map = tf.keep(map.clone());
      return watched(map, zero, (gradient) => (seen.gradient = gradient));
    };
    try {
      const value = score().asScalar();
      if (!seen.map) throw new Error(`gradCam: the score is computed without the layer ${layer.name}`);
      return value;
    } finally {
      Reflect.deleteProperty(layer, "call"); // the class's own shows again
    }
  };
  tf.grad(run)(tf.scalar(0));
  const { map, gradient } = seen;
  if (!map || !gradient) throw new Error(`gradCam: no gradient came to the layer ${layer.name}`);
  return { map, gradient };
}

/** The map itself, as far as values go; the way back through it goes on to `zero` alone, and tells the gradient. */
function watched(map: tf.Tensor4D, zero: tf.Tensor, tell: (gradient: tf.Tensor4D) => void): tf.Tensor {
  const through = tf.customGrad(() => ({
    value: map.clone(),
    gradFunc: (gradient: tf.Tensor) => {
      tell(tf.keep(gradient.clone()) as tf.Tensor4D);
      return tf.zerosLike(zero);
    },
  }));
  return through(zero);
}
