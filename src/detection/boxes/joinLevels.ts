import * as tf from "@tensorflow/tfjs";

/**
 * What a head says of the anchors of several maps, as one list: inputs one map or more, [n, h, w, a * values] each, a
 * being the anchors of a cell; output [n, anchors, values], level after level, cell after cell, shape after shape, which
 * is the order of `levelAnchors`. Without `values` each anchor has one, and the output is [n, anchors].
 */
export class JoinLevels extends tf.layers.Layer {
  static className = "JoinLevels";
  readonly #values: number | undefined;

  constructor(config: { name?: string; values?: number }) {
    super(config);
    this.#values = config.values;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const maps = Array.isArray(inputs) ? inputs : [inputs];
    return tf.tidy(() =>
      tf.concat(
        maps.map((map) => map.reshape([map.shape[0], -1, ...this.#last()])),
        1,
      ),
    );
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const first = Array.isArray(inputShape[0]) ? inputShape[0] : (inputShape as tf.Shape);
    return [first[0] ?? null, null, ...this.#last()];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...(this.#values !== undefined && { values: this.#values }) };
  }

  #last(): number[] {
    return this.#values === undefined ? [] : [this.#values];
  }
}
tf.serialization.registerClass(JoinLevels);
