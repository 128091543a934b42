import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { singleShape, singleTensor, whoOf } from "../single.ts";

/** A batch of {@link Normalization.adapt}: a tensor, nested lists, or [inputs, targets], of which the inputs count. */
export type AdaptBatch = tf.Tensor | tf.TensorLike | [inputs: tf.Tensor, ...others: unknown[]];

export interface NormalizationConfig {
  name?: string;
  inputShape?: tf.Shape;
  /** The axes that have a mean and a variance for each place (default -1); null or []: one of each for all. */
  axis?: number | number[] | null;
  /** Given together, in place of `adapt`: a number, or one for each place of the axis. */
  mean?: number | number[] | null;
  variance?: number | number[] | null;
  /** Computes x sqrt(variance) + mean instead (default false). */
  invert?: boolean;
}

/** Keras's epsilon: what the deviation is at least. */
const LEAST_DEVIATION = 1e-7;

/**
 * (x - mean) / max(sqrt(variance), 1e-7), any shape and type -> float32 of the same shape: as Keras 3's `Normalization`.
 * Mean and variance are given, or measured by {@link adapt}; then they are the weights `mean` and `variance`, which do not
 * train and are saved with the others.
 */
export class Normalization extends tf.layers.Layer {
  static className = "Normalization";
  override supportsMasking = true;
  readonly axis: number[];
  readonly invert: boolean;
  readonly #given: { mean: number[]; variance: number[] } | undefined;
  #mean: tf.LayerVariable | undefined;
  #variance: tf.LayerVariable | undefined;

  constructor(config: NormalizationConfig = {}) {
    super(config);
    this.axis = config.axis === null ? [] : [config.axis ?? -1].flat();
    this.invert = config.invert ?? false;
    const { mean, variance } = config;
    if ((mean == null) !== (variance == null)) {
      throw new AnchorkitError(`${whoOf(this)}: mean and variance must be given together, or neither`);
    }
    if (mean == null || variance == null) return;
    this.#given = { mean: [mean].flat(), variance: [variance].flat() };
    if (this.#given.mean.length !== this.#given.variance.length || (this.axis.length !== 1 && Array.isArray(mean))) {
      throw new AnchorkitError(
        `${whoOf(this)}: mean ${shown(mean)} and variance ${shown(variance)} must be numbers, or one for each place of one axis`,
      );
    }
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = singleShape(this, inputShape);
    const sizes = this.#axesOf(shape.length).map((axis) => {
      const size = shape[axis];
      if (size == null) throw new AnchorkitError(`${whoOf(this)}: the size of axis ${axis} must be known`);
      return size;
    });
    const given = this.#given?.mean.length ?? 1;
    if (given !== 1 && given !== sizes[0]) {
      throw new AnchorkitError(`${whoOf(this)}: ${given} means for an axis of ${sizes[0] ?? 1}`);
    }
    if (!this.#given) {
      this.#mean = this.addWeight("mean", sizes, "float32", tf.initializers.zeros(), undefined, false);
      this.#variance = this.addWeight("variance", sizes, "float32", tf.initializers.ones(), undefined, false);
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs).toFloat();
      const axes = this.#axesOf(x.rank);
      const wide = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      const spread = (weight: tf.LayerVariable | undefined, given: number[] | undefined): tf.Tensor => {
        if (given) return given.length === 1 ? tf.scalar(given[0] as number) : tf.tensor(given).reshape(wide);
        if (!weight) throw new AnchorkitError(`${whoOf(this)}: used before it was built`);
        return weight.read().reshape(wide);
      };
      const mean = spread(this.#mean, this.#given?.mean);
      const deviation = spread(this.#variance, this.#given?.variance).sqrt().maximum(LEAST_DEVIATION);
      return this.invert ? x.mul(deviation).add(mean) : x.sub(mean).div(deviation);
    });
  }

  /**
   * Measures mean and variance (the biased one) of data, and keeps them in place of earlier ones; a program that was
   * compiled before has the earlier ones until its next `push`. Batches that an async iterable gives are disposed of;
   * other tensors stay the caller's.
   *
   * @param data a tensor or nested lists [n, ...], or an iterable of such batches
   * @throws AnchorkitError if mean and variance were given, there is no data, or batches differ in shape
   */
  async adapt(data: tf.Tensor | tf.TensorLike | Iterable<AdaptBatch> | AsyncIterable<AdaptBatch>): Promise<void> {
    if (this.#given)
      throw new AnchorkitError(`${whoOf(this)}: has a mean and a variance given; adapt would change nothing`);
    const total = new Moments();
    const isAsync = typeof data === "object" && Symbol.asyncIterator in data;
    for await (const batch of isAsync || isList(data) ? data : [data as AdaptBatch]) {
      this.#add(total, batch);
      if (isAsync) tf.dispose(batch as tf.TensorContainer);
    }
    if (total.count === 0) throw new AnchorkitError(`${whoOf(this)}: adapt was given no data`);
    tf.tidy(() => {
      const shape = this.#mean?.shape as number[];
      const values = [total.mean, total.squares.map((sum) => sum / total.count)];
      this.setWeights(values.map((value) => tf.tensor(value, shape)));
    });
  }

  #add(total: Moments, batch: AdaptBatch): void {
    tf.tidy(() => {
      const given = Array.isArray(batch) && batch[0] instanceof tf.Tensor ? batch[0] : batch;
      const x = (given instanceof tf.Tensor ? given : tf.tensor(given as tf.TensorLike)).toFloat();
      if (!this.built) this.build([null, ...x.shape.slice(1)]);
      const kept = this.#axesOf(x.rank);
      const sizes = kept.map((axis) => x.shape[axis] as number);
      if (sizes.join() !== this.#mean?.shape.join()) {
        throw new AnchorkitError(
          `${whoOf(this)}: adapt was given a batch [${x.shape.join(", ")}] where the axis has ${this.#mean?.shape.join(", ") ?? "another size"}`,
        );
      }
      if (x.size === 0) return;
      const { mean, variance } = tf.moments(
        x,
        x.shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis)),
      );
      total.add(x.size / tf.util.sizeFromShape(sizes), mean.dataSync<"float32">(), variance.dataSync<"float32">());
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { axis, invert } = this;
    const one = (values: number[] | undefined) => (values?.length === 1 ? (values[0] ?? null) : (values ?? null));
    const [mean, variance] = [one(this.#given?.mean), one(this.#given?.variance)];
    return { ...super.getConfig(), axis, invert, mean, variance };
  }

  #axesOf(rank: number): number[] {
    const axes = this.axis.map((axis) => (axis < 0 ? axis + rank : axis));
    if (axes.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank)) {
      throw new AnchorkitError(`${whoOf(this)}: axis ${shown(this.axis)} does not fit an input of rank ${rank}`);
    }
    return axes.sort((a, b) => a - b);
  }
}
tf.serialization.registerClass(Normalization);

/** Mean and squared deviations of batches, put together (Chan et al., 1979). */
class Moments {
  count = 0;
  mean: number[] = [];
  squares: number[] = [];

  add(count: number, mean: ArrayLike<number>, variance: ArrayLike<number>): void {
    const all = this.count + count;
    this.squares = Array.from(variance, (v, i) => {
      const apart = (mean[i] as number) - (this.mean[i] ?? 0);
      return (this.squares[i] ?? 0) + v * count + apart ** 2 * ((this.count * count) / all);
    });
    this.mean = Array.from(mean, (m, i) => ((this.mean[i] ?? 0) * this.count + m * count) / all);
    this.count = all;
  }
}

/** A list of batches, or another iterable of them; not nested numbers. */
function isList(data: unknown): data is Iterable<AdaptBatch> {
  if (data instanceof tf.Tensor || ArrayBuffer.isView(data) || typeof data !== "object" || data === null) return false;
  if (Array.isArray(data)) return data.length === 0 || data[0] instanceof tf.Tensor || Array.isArray(data[0]) && data[0][0] instanceof tf.Tensor; // prettier-ignore
  return Symbol.iterator in data;
}
