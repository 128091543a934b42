import * as tf from "@tensorflow/tfjs";

/**
 * Rows or columns, whichever are fewer, that are of length 1 and at right angles to each other (Saxe et al., 2013), the
 * last axis against all others: what a state is multiplied with at every step neither grows nor shrinks by it. tfjs's own
 * takes seconds for a matrix of some hundred rows.
 */
export class OrthogonalRows extends tf.serialization.Serializable {
  static className = "OrthogonalRows";
  readonly seed: number | undefined;

  constructor(config: { seed?: number | undefined } = {}) {
    super();
    this.seed = config.seed;
  }

  apply(shape: tf.Shape): tf.Tensor {
    const sizes = shape as number[];
    const columns = sizes.at(-1) ?? 1;
    const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    return tf.tidy(() => {
      const drawn = tf.randomNormal([count, length], 0, 1, "float32", this.seed).dataSync<"float32">();
      const matrix = tf.tensor2d(orthonormal(Float64Array.from(drawn), length), [count, length]);
      return (rows < columns ? matrix : matrix.transpose()).reshape(sizes);
    });
  }

  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...(this.seed !== undefined && { seed: this.seed }) };
  }
}

/** The bias of an LSTM that remembers at first (Jozefowicz et al., 2015): 1 for the forget gate, the second of four, else 0. */
export class ForgetBias extends tf.serialization.Serializable {
  static className = "ForgetBias";

  apply(shape: tf.Shape): tf.Tensor {
    const units = (shape[0] ?? 0) / 4;
    return tf.tidy(() => tf.concat([tf.zeros([units]), tf.ones([units]), tf.zeros([2 * units])]));
  }

  fromConfigUsesCustomObjects(): boolean {
    return false;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

/** Gram and Schmidt's method, in place and twice, which leaves no rounding error to speak of. */
function orthonormal(values: Float64Array, length: number): Float32Array {
  const rows = Array.from({ length: values.length / length }, (_, i) => values.subarray(i * length, (i + 1) * length));
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
  for (const [i, row] of rows.entries()) {
    for (const before of [...rows.slice(0, i), ...rows.slice(0, i)]) {
      const share = dot(row, before);
      for (let k = 0; k < length; k++) row[k] = (row[k] ?? 0) - share * (before[k] ?? 0);
    }
    const norm = Math.sqrt(dot(row, row));
    for (let k = 0; k < length; k++) row[k] = (row[k] ?? 0) / norm;
  }
  return Float32Array.from(values);
}
