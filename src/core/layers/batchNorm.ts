import * as tf from "@tensorflow/tfjs";
import { variableOf } from "../namedWeights.ts";
import { batchNorm, countedBatchNorm, frozenBatchNorm } from "../ops/batchNorm.ts";
import { latestValue, pushUpdate } from "../updates.ts";

export interface BatchNormConfig {
  name?: string;
  trainable?: boolean;
  inputShape?: tf.Shape;
  /** Share of the old value in the moving averages at each training step (default 0.99). */
  momentum?: number;
  /** Added to the variance (default 1e-3). */
  epsilon?: number;
  /** Whether there is a factor gamma (default true), and a summand beta (default true). */
  scale?: boolean;
  center?: boolean;
  /** What gamma starts at (default 1). */
  initialGamma?: number;
  /** `moving`: normalise with the moving averages in training too, and leave them as they are (default `batch`). */
  statistics?: "batch" | "moving";
}

/**
 * What normalisation does in training: `batch` uses the statistics of the batch, and moves the averages towards them;
 * `moving` uses the averages, and leaves them; `measure` is as `batch`, but the averages become the batch's statistics.
 */
export type Statistics = "batch" | "moving" | "measure";

let ruling: Statistics | undefined;

/** Runs a forward pass in which every normalisation does the same in training, whatever its own `statistics` are. */
export function normalizing<T>(statistics: Statistics, run: () => T): T {
  const before = ruling;
  ruling = statistics;
  try {
    return run();
  } finally {
    ruling = before;
  }
}

let counting: tf.Tensor1D | undefined;

/**
 * Runs a forward pass in which the statistics of a batch are those of the samples that count: padding is none.
 *
 * @param counts [n]: 1 for a sample that counts, else 0
 */
export function countingSamples<T>(counts: tf.Tensor1D, run: () => T): T {
  const before = counting;
  counting = counts;
  try {
    return run();
  } finally {
    counting = before;
  }
}

/**
 * Batch normalisation over the last axis, with Keras's weights (gamma, beta, moving_mean, moving_variance), numbers
 * and meaning of `trainable = false`: the layer then uses its moving averages, in training too, and they stay as they
 * are. Set `statistics` to "moving" to freeze the averages alone, while gamma and beta go on learning.
 *
 * In training, new moving averages are pushed (see updates.ts), not assigned: those of the mean and the biased variance
 * of the batch.
 */
export class BatchNorm extends tf.layers.Layer {
  static className = "BatchNorm";

  readonly momentum: number;
  statistics: "batch" | "moving";
  readonly #epsilon: number;
  readonly #scale: boolean;
  readonly #center: boolean;
  readonly #initialGamma: number;
  #gamma: tf.LayerVariable | undefined;
  #beta: tf.LayerVariable | undefined;
  #movingMean: tf.LayerVariable | undefined;
  #movingVariance: tf.LayerVariable | undefined;

  constructor(config: BatchNormConfig = {}) {
    super(config);
    this.momentum = config.momentum ?? 0.99;
    this.statistics = config.statistics ?? "batch";
    this.#epsilon = config.epsilon ?? 1e-3;
    this.#scale = config.scale ?? true;
    this.#center = config.center ?? true;
    this.#initialGamma = config.initialGamma ?? 1;
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1);
    if (channels == null) throw new Error(`BatchNorm ${this.name}: the number of channels must be known`);
    const add = (name: string, value: number, trainable: boolean): tf.LayerVariable =>
      this.addWeight(name, [channels], "float32", tf.initializers.constant({ value }), undefined, trainable);
    if (this.#scale) this.#gamma = add("gamma", this.#initialGamma, true);
    if (this.#center) this.#beta = add("beta", 0, true);
    this.#movingMean = add("moving_mean", 0, false);
    this.#movingVariance = add("moving_variance", 1, false);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor;
      const channels = x.shape.at(-1) ?? 0;
      const pixels: tf.Tensor4D = x.rank === 4 ? (x as tf.Tensor4D) : x.reshape([-1, 1, 1, channels]);
      const gamma = this.#gamma?.read() ?? tf.ones([channels]);
      const beta = this.#beta?.read() ?? tf.zeros([channels]);
      const normalized =
        kwargs.training === true && !this.#isFrozen()
          ? this.#normalizeBatch(pixels, gamma as tf.Tensor1D, beta as tf.Tensor1D)
          : this.#normalizeFrozen(pixels, gamma as tf.Tensor1D, beta as tf.Tensor1D);
      return x.rank === 4 ? normalized : normalized.reshape(x.shape);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      momentum: this.momentum,
      epsilon: this.#epsilon,
      scale: this.#scale,
      center: this.#center,
      initialGamma: this.#initialGamma,
      statistics: this.statistics,
    };
  }

  /** Setting `trainable` on a tfjs model reaches the weights of its layers, not the layers' own flag. */
  #isFrozen(): boolean {
    const weights = [this.#gamma, this.#beta].filter((weight) => weight !== undefined);
    const weightsFrozen = weights.length > 0 && weights.every((weight) => !weight.trainable);
    return (ruling ?? this.statistics) === "moving" || !this.trainable || weightsFrozen;
  }

  #normalizeBatch(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor4D {
    const { normalized, mean, variance } = counting
      ? countedBatchNorm(x, gamma, beta, this.#epsilon, counting)
      : batchNorm(x, gamma, beta, this.#epsilon);
    const [movingMean, movingVariance] = this.#moving();
    const momentum = ruling === "measure" ? 0 : this.momentum;
    for (const [variable, value] of [
      [movingMean, mean],
      [movingVariance, variance],
    ] as const) {
      pushUpdate(
        variable,
        latestValue(variable)
          .mul(momentum)
          .add(value.mul(1 - momentum)),
      );
    }
    return normalized;
  }

  #normalizeFrozen(x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D): tf.Tensor4D {
    const [mean, variance] = this.#moving();
    return frozenBatchNorm(x, gamma, beta, mean as tf.Tensor1D, variance as tf.Tensor1D, this.#epsilon);
  }

  #moving(): [mean: tf.Variable, variance: tf.Variable] {
    if (!this.#movingMean || !this.#movingVariance) throw new Error("BatchNorm: used before it was built");
    return [variableOf(this.#movingMean), variableOf(this.#movingVariance)];
  }
}
tf.serialization.registerClass(BatchNorm);

/** Every BatchNorm of a model, those of models within it too, in order: to freeze or to thaw their statistics. */
export function batchNormsOf(model: tf.LayersModel): BatchNorm[] {
  return model.layers.flatMap((layer) =>
    layer instanceof BatchNorm ? [layer] : layer instanceof tf.LayersModel ? batchNormsOf(layer) : [],
  );
}
