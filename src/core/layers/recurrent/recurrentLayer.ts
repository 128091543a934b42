import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../../base/errors.ts";
import { shown } from "../../../base/shown.ts";
import { variableOf } from "../../namedWeights.ts";
import { drawUniform } from "../../randomness.ts";
import { countedSteps } from "../../ops/recurrent/countedSteps.ts";
import { latestValue, pushUpdate } from "../../updates.ts";
import { whoOf } from "../single.ts";

export interface RecurrentConfig {
  name?: string;
  trainable?: boolean;
  inputShape?: tf.Shape;
  /** With the number of examples, which `stateful` needs. */
  batchInputShape?: tf.Shape;
  /** Whether the outputs of all steps come out, or that of the last one alone (default false). */
  returnSequences?: boolean;
  /** Whether the states after the last step come out, too, behind the output (default false). */
  returnState?: boolean;
  /** Whether it begins with the last step; outputs come in the order in which they were made (default false). */
  goBackwards?: boolean;
  /** Whether a batch goes on with the states that the one before it ended with, example by example (default false). */
  stateful?: boolean;
  /** Whether a mask [batch, time] is given behind the sequences: 1 for a step that counts, else 0 (default false). */
  masked?: boolean;
  /** Whether the output of a step that does not count is zeros, in place of the last one that counted (default false). */
  zeroOutputForMask?: boolean;
  /** What the first weights are drawn from, and what tells the draws of its dropout from those of other layers. */
  seed?: number | null | undefined;
}

/** What one pass through all steps needs. */
export interface Pass {
  /** [time, batch, ...] */
  x: tf.Tensor;
  /** The states before the first step. */
  initial: readonly tf.Tensor[];
  /** Whether the states after the last step come out, so that gradients may come back to them. */
  statesOut: boolean;
  training: boolean;
}

/**
 * What recurrent layers have in common: [batch, time, ...] -> [batch, time, ...] or [batch, ...], and the states after
 * the last step. Inputs are x, [x, mask] with `masked`, and behind them the initial states if there are any, else these
 * are zeros. A step that does not count leaves the states as they are, and its output is that of the last one that
 * counted, or zeros before the first, as in Keras; such steps may lie anywhere, and what stands in them does not matter.
 */
export abstract class RecurrentLayer extends tf.layers.Layer {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly masked: boolean;
  readonly zeroOutputForMask: boolean;
  readonly seed: number | undefined;
  /** What the names of its weights begin with: which of two ways it goes within another layer. */
  weightsUnder: string | undefined;
  #states: tf.LayerVariable[] = [];

  constructor(config: RecurrentConfig) {
    super(config);
    this.returnSequences = config.returnSequences ?? false;
    this.returnState = config.returnState ?? false;
    this.goBackwards = config.goBackwards ?? false;
    this._stateful = config.stateful ?? false;
    this.masked = config.masked ?? false;
    this.zeroOutputForMask = config.zeroOutputForMask ?? false;
    this.seed = config.seed ?? undefined; // null in configurations of Keras
    this.supportsMasking = true;
  }

  /** What is dropped, 0, and what the rest is multiplied with, for the whole sequence; undefined: nothing is. */
  protected masks(rate: number, count: number, shape: number[]): tf.Tensor[] | undefined {
    if (rate === 0) return undefined;
    return Array.from({ length: count }, () =>
      drawUniform(this.seed === undefined ? this.name : `seed ${this.seed}`, shape)
        .greaterEqual(rate)
        .toFloat()
        .div(1 - rate),
    );
  }

  /** The shapes of the states for an input of such a shape, without the axis of the examples. */
  protected abstract stateShapes(x: tf.Shape): tf.Shape[];

  /** Makes the weights for an input of such a shape. */
  protected abstract buildWeights(x: tf.Shape): void;

  /** Every state after every step, [time, batch, ...]; the first is the output. */
  protected abstract run(pass: Pass): tf.Tensor[];

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const [x] = shapesOf(inputShape);
    this.buildWeights(x);
    if (this.stateful) {
      const batch = x[0];
      if (batch == null) {
        throw new AnchorkitError(
          `${whoOf(this)}: stateful, and the number of examples is not known; give batchInputShape`,
        );
      }
      this.#states = this.stateShapes(x).map((shape, k) =>
        this.addWeight(`state_${k}`, [batch, ...shape], "float32", tf.initializers.zeros(), undefined, false),
      );
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown> = {}): tf.Tensor | tf.Tensor[] {
    return tf.tidy(() => {
      const { x, mask, given } = this.#parts(inputs, kwargs);
      const none = this.stateShapes(x.shape).map((shape) => tf.zeros([...x.shape.slice(0, 1), ...(shape as number[])]));
      const initial = given ?? (this.stateful ? this.#states.map((state) => latestValue(variableOf(state))) : none);
      const ordered = this.#ordered(x);
      const steps = mask && countedSteps(this.#ordered(mask) as tf.Tensor2D);
      const training = kwargs.training === true;
      const all = this.run({
        x: steps ? steps.compact(ordered) : ordered,
        initial,
        statesOut: this.returnState,
        training,
      });
      const output = all[0] as tf.Tensor;
      const last = (y: tf.Tensor, first: tf.Tensor): tf.Tensor =>
        steps ? steps.last(y, first) : y.slice([output.shape[0] - 1], [1]).reshape(y.shape.slice(1));
      const result = this.returnSequences
        ? swapFirstAxes(steps ? steps.spread(output, this.zeroOutputForMask) : output)
        : last(output, none[0] as tf.Tensor);
      if (!this.returnState && !this.stateful) return result;
      const states = all.map((state, k) => last(state, initial[k] as tf.Tensor));
      if (this.stateful) this.#states.forEach((state, k) => { pushUpdate(variableOf(state), states[k] as tf.Tensor); }); // prettier-ignore
      return this.returnState ? [result, ...states] : result;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    const [x] = shapesOf(inputShape);
    const [batch = null, time = null] = x;
    const states = this.stateShapes(x);
    const [first = []] = states;
    const output = this.returnSequences ? [batch, time, ...first] : [batch, ...first];
    return this.returnState ? [output, ...states.map((shape) => [batch, ...shape])] : output;
  }

  override computeMask(_: tf.Tensor | tf.Tensor[], mask?: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    const given = Array.isArray(mask) ? mask[0] : mask;
    const own = (this.returnSequences ? given : null) as tf.Tensor;
    const none = null as unknown as tf.Tensor;
    return this.returnState ? [own, ...this.stateShapes([null, null, null, null, null]).map(() => none)] : own;
  }

  /** A layer of the same settings but for these, with weights of its own. */
  twin(changes: RecurrentConfig): this {
    const Own = this.constructor as new (config: unknown) => this;
    return new Own({ ...this.getConfig(), ...changes });
  }

  protected override addWeight(...[name, ...rest]: Parameters<tf.layers.Layer["addWeight"]>): tf.LayerVariable {
    return super.addWeight(this.weightsUnder === undefined ? name : `${this.weightsUnder}_${name}`, ...rest);
  }

  /** Makes the states zeros again, as before the first batch. */
  override resetStates(): void {
    for (const state of this.#states)
      tf.tidy(() => {
        variableOf(state).assign(tf.zerosLike(variableOf(state)));
      });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { returnSequences, returnState, goBackwards, stateful, masked, zeroOutputForMask, seed } = this;
    return {
      ...super.getConfig(),
      ...{ returnSequences, returnState, goBackwards, stateful, masked, zeroOutputForMask },
      ...(seed !== undefined && { seed }),
    };
  }

  #parts(inputs: tf.Tensor | tf.Tensor[], kwargs: Record<string, unknown>) {
    const [x, ...others] = Array.isArray(inputs) ? inputs : [inputs];
    if (!x) throw new AnchorkitError(`${whoOf(this)}: takes a sequence, got nothing`);
    const implied = [kwargs.mask].flat()[0] as tf.Tensor | null | undefined; // of a layer before it, such as Masking
    const mask = (this.masked ? others.shift() : implied) ?? undefined;
    if (this.masked && !mask) throw new AnchorkitError(`${whoOf(this)}: takes [x, mask], got x alone`);
    if (mask && (mask.rank !== 2 || mask.shape[0] !== x.shape[0] || mask.shape[1] !== x.shape[1])) {
      throw new AnchorkitError(
        `${whoOf(this)}: the mask is ${shown(mask.shape)}, and x ${shown(x.shape)}; give one number for each step`,
      );
    }
    const states = this.stateShapes(x.shape);
    if (others.length !== 0 && others.length !== states.length) {
      throw new AnchorkitError(`${whoOf(this)}: has ${states.length} states, got ${others.length} to start from`);
    }
    return { x, mask, given: others.length > 0 ? others : undefined };
  }

  /** [batch, time, ...] -> [time, batch, ...], in the order in which steps are taken. */
  #ordered(x: tf.Tensor): tf.Tensor {
    const swapped = swapFirstAxes(x);
    return this.goBackwards ? tf.reverse(swapped, 0) : swapped;
  }
}

function swapFirstAxes(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}

function shapesOf(inputShape: tf.Shape | tf.Shape[]): [tf.Shape, ...tf.Shape[]] {
  return (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as [tf.Shape, ...tf.Shape[]];
}
