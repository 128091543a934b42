import * as tf from "@tensorflow/tfjs";
import { elasticNet } from "./penalty.ts";

/**
 * The penalties that a model's layers carry of their own (`kernelRegularizer` and the like of tfjs's layers), added up;
 * undefined if there are none. Those of layers within layers count too (models, cells, what a wrapper wraps), and those
 * of frozen layers do not, as in Keras.
 *
 * The gradient of an L1 penalty at 0 is 0, also where tfjs's own is -1.
 */
export function layerPenalties(model: tf.LayersModel): tf.Scalar | undefined {
  const learning = [...layersWithin(model)].filter((layer) => layer.trainableWeights.length > 0);
  const losses = new Set(learning.flatMap((layer) => layer.losses)); // a wrapper's are those of what it wraps
  if (losses.size === 0) return undefined;
  return withOwnPenalties(() => tf.addN([...losses].map((loss) => loss())));
}

/** A layer and all within it. */
function* layersWithin(layer: tf.layers.Layer): Generator<tf.layers.Layer> {
  if (!(layer instanceof tf.LayersModel)) yield layer;
  for (const inner of Object.values(layer).flat(1)) {
    if (inner instanceof tf.layers.Layer) yield* layersWithin(inner);
  }
}

/** What tfjs's regularizers of L1 and L2 are made of. */
interface Regularizer {
  readonly l1: number;
  readonly l2: number;
  apply(weight: tf.Tensor): tf.Scalar;
}

/** Runs with tfjs's class computing this module's penalty. */
function withOwnPenalties<T>(run: () => T): T {
  const shared = Object.getPrototypeOf(tf.regularizers.l1()) as Regularizer;
  const own = Object.getOwnPropertyDescriptor(shared, "apply");
  shared.apply = function (this: Regularizer, weight) {
    return elasticNet({ l1: this.l1, l2: this.l2 })(weight);
  };
  try {
    return run();
  } finally {
    if (own) Object.defineProperty(shared, "apply", own);
  }
}
