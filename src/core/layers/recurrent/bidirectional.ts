import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { whoOf } from "../single.ts";
import { RecurrentLayer } from "./recurrentLayer.ts";

/** How the outputs of the two directions become one; `none`: both come out. */
export type BidirectionalMerge = "concat" | "sum" | "mul" | "mean" | "none";

export interface BidirectionalConfig {
  /** Its settings are those of both ways, each with weights of its own. */
  layer: RecurrentLayer;
  merge?: BidirectionalMerge;
  name?: string;
  inputShape?: tf.Shape;
  batchInputShape?: tf.Shape;
}

const MERGES: Record<Exclude<BidirectionalMerge, "none">, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  concat: (a, b) => tf.concat([a, b], -1),
  sum: (a, b) => a.add(b),
  mul: (a, b) => a.mul(b),
  mean: (a, b) => a.add(b).mul(0.5),
};

/**
 * A recurrent layer that goes through sequences from both ends (Schuster and Paliwal, 1997), Keras's `Bidirectional`.
 * Inputs are those of the layer ([x, mask, ...initial states], the states of the way forwards first); outputs are merged
 * step by step, and with `returnState` the states of both ways come behind them. Weights: those of the way forwards, then
 * those of the way backwards.
 */
export class Bidirectional extends tf.layers.Layer {
  static className = "BidirectionalRecurrent"; // tfjs has a Bidirectional of its own
  readonly forward: RecurrentLayer;
  readonly backward: RecurrentLayer;
  readonly merge: BidirectionalMerge;

  constructor(config: BidirectionalConfig) {
    super(config);
    const { layer } = config;
    const zeroOutputForMask = layer.returnSequences; // as in Keras: the two ways' last ones that counted differ
    this.forward = layer.twin({ name: `forward_${layer.name}`, zeroOutputForMask });
    this.backward = layer.twin({
      name: `backward_${layer.name}`,
      zeroOutputForMask,
      goBackwards: !layer.goBackwards,
      seed: layer.seed === undefined ? undefined : layer.seed + 1,
    });
    this.merge = config.merge ?? "concat";
    if (this.merge !== "none" && !(this.merge in MERGES)) {
      const known = [...Object.keys(MERGES), "none"].join(", ");
      throw new AnchorkitError(`${whoOf(this)}: there is no merge ${shown(config.merge)}; there are ${known}`);
    }
    this._stateful = this.forward.stateful;
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.forward.weightsUnder = "forward";
    this.backward.weightsUnder = "backward";
    const ways = [this.forward, this.backward];
    for (const way of ways) {
      way.build(inputShape);
      way.built = true;
    }
    this.trainableWeights = ways.flatMap((way) => way.trainableWeights);
    this.nonTrainableWeights = ways.flatMap((way) => way.nonTrainableWeights);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const list = Array.isArray(inputs) ? inputs : [inputs];
      const common = list.slice(0, this.forward.masked ? 2 : 1);
      const states = list.slice(common.length);
      const half = states.length / 2;
      const run = (way: RecurrentLayer, initial: tf.Tensor[]): tf.Tensor[] =>
        [way.call([...common, ...initial], kwargs)].flat();
      const [y, ...after] = run(this.forward, states.slice(0, half)) as [tf.Tensor, ...tf.Tensor[]];
      const [reversed, ...before] = run(this.backward, states.slice(half)) as [tf.Tensor, ...tf.Tensor[]];
      const back = this.forward.returnSequences ? tf.reverse(reversed, 1) : reversed;
      const outputs = this.merge === "none" ? [y, back] : [MERGES[this.merge](y, back)];
      const all = [...outputs, ...after, ...before];
      return all.length === 1 ? (all[0] as tf.Tensor) : all;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const found = this.forward.computeOutputShape(inputShape);
    const [output, ...states] = (Array.isArray(found[0]) ? found : [found]) as [tf.Shape, ...tf.Shape[]];
    const last = output.at(-1);
    const merged = this.merge === "concat" && last != null ? [...output.slice(0, -1), 2 * last] : output;
    const outputs = this.merge === "none" ? [output, output] : [merged];
    const all = [...outputs, ...states, ...states];
    return all.length === 1 ? (all[0] as tf.Shape) : all;
  }

  override computeMask(inputs: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    const [own, ...states] = [this.forward.computeMask(inputs, mask)].flat() as [tf.Tensor, ...tf.Tensor[]];
    const all = [...(this.merge === "none" ? [own, own] : [own]), ...states, ...states];
    return all.length === 1 ? own : all;
  }

  override resetStates(): void {
    this.forward.resetStates();
    this.backward.resetStates();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const name = this.forward.name.replace(/^forward_/, "");
    const layer = { className: this.forward.getClassName(), config: { ...this.forward.getConfig(), name } };
    return { ...super.getConfig(), layer, merge: this.merge };
  }

  /** Makes the layer of what `getConfig` gave. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const { className, config: own } = config.layer as { className: string; config: tf.serialization.ConfigDict };
    const known = tf.serialization.SerializationMap.getMap().classNameMap[className];
    if (!known) throw new AnchorkitError(`Bidirectional: there is no layer ${shown(className)}`);
    const [constructor, make] = known;
    return new cls({ ...config, layer: make(constructor, own) });
  }
}
tf.serialization.registerClass(Bidirectional);
