import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { standardize } from "../ops/standardize.ts";
import { singleShape, singleTensor, whoOf } from "./single.ts";

export interface GroupNormalizationConfig {
  name?: string;
  trainable?: boolean;
  inputShape?: tf.Shape;
  /** How many groups the channels are divided into (default 32); -1: each channel is its own (instance normalisation). */
  groups?: number;
  /** The axis of the channels (default -1). */
  axis?: number;
  /** Added to the variance (default 1e-3). */
  epsilon?: number;
  /** Whether there is a factor gamma (default true), and a summand beta (default true). */
  scale?: boolean;
  center?: boolean;
}

/**
 * Group normalisation (Wu and He, 2018), [n, ..., c] -> the same shape: gamma (x - mean) / sqrt(variance + epsilon) +
 * beta, mean and variance of each example over all positions and the channels of a group; channels that follow each
 * other make a group. One group is layer normalisation over the whole example, as many groups as channels are instance
 * normalisation. Weights gamma and beta are [c], with Keras's names and order; registered as `GroupNormalization`.
 *
 * @throws AnchorkitError on building if the channels cannot be divided into the groups
 */
export class GroupNormalization extends tf.layers.Layer {
  static className = "GroupNormalization";
  override supportsMasking = true;
  readonly groups: number;
  readonly axis: number;
  readonly epsilon: number;
  readonly scale: boolean;
  readonly center: boolean;
  #gamma: tf.LayerVariable | undefined;
  #beta: tf.LayerVariable | undefined;

  constructor(config: GroupNormalizationConfig = {}) {
    super(config);
    this.groups = config.groups ?? 32;
    this.axis = config.axis ?? -1;
    this.epsilon = config.epsilon ?? 1e-3;
    this.scale = config.scale ?? true;
    this.center = config.center ?? true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = singleShape(this, inputShape);
    const channels = shape[this.#channelAxis(shape.length)];
    if (channels == null) throw new AnchorkitError(`${whoOf(this)}: the number of channels must be known`);
    const groups = this.#groupsOf(channels);
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw new AnchorkitError(
        `${whoOf(this)}: ${channels} channels cannot be divided into ${this.groups} groups; ` +
          `give groups that ${channels} is a multiple of, or -1`,
      );
    }
    if (this.scale) this.#gamma = this.addWeight("gamma", [channels], "float32", tf.initializers.ones());
    if (this.center) this.#beta = this.addWeight("beta", [channels], "float32", tf.initializers.zeros());
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = singleTensor(this, inputs);
      const at = this.#channelAxis(x.rank);
      const channels = x.shape[at] as number;
      const groups = this.#groupsOf(channels);
      const divided = [...x.shape.slice(0, at), groups, channels / groups, ...x.shape.slice(at + 1)];
      const axes = divided.map((_, axis) => axis).filter((axis) => axis !== 0 && axis !== at);
      const wide = x.shape.map((size, axis) => (axis === at ? size : 1));
      let y = standardize(x.reshape(divided), axes, this.epsilon).reshape(x.shape);
      if (this.#gamma) y = y.mul(this.#gamma.read().reshape(wide));
      if (this.#beta) y = y.add(this.#beta.read().reshape(wide));
      return y;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { groups, axis, epsilon, scale, center } = this;
    return { ...super.getConfig(), groups, axis, epsilon, scale, center };
  }

  #groupsOf(channels: number): number {
    return this.groups === -1 ? channels : this.groups;
  }

  #channelAxis(rank: number): number {
    const axis = this.axis < 0 ? this.axis + rank : this.axis;
    if (!Number.isInteger(axis) || axis < 1 || axis >= rank) {
      throw new AnchorkitError(`${whoOf(this)}: axis ${this.axis} does not fit an input of rank ${rank}`);
    }
    return axis;
  }
}
tf.serialization.registerClass(GroupNormalization);
