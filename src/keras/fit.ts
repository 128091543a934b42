import { setImmediate } from "node:timers/promises";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { weightsOf, weightValues } from "../core/namedWeights.ts";
import { knownOptions } from "../geometry/knownOptions.ts";
import { amongCallbacks, type Callback, joinCallbacks, type Wish } from "../training/callbacks/callback.ts";
import { isBetter, modeOf, type Monitor, monitored } from "../training/callbacks/monitor.ts";
import type { TrainingView } from "../training/callbacks/trainingView.ts";
import { assertFinite } from "../training/loop/finiteLosses.ts";
import type { FitProgress, FitValidation } from "../training/loop/progress.ts";
import { RateMeter } from "../training/loop/rateMeter.ts";
import { WaitMeter } from "../training/loop/waitMeter.ts";
import { disposeBatch, samplesIn } from "./batch.ts";
import type { ModelProgram } from "./modelProgram.ts";
import { evaluateSource, inBatches } from "./evaluate.ts";
import { FitFolder } from "./fitFolder.ts";
import { type BatchData, isBatchData, slicedSource, type Source } from "./source.ts";
import { sourceOf, splitOff, wholeOf } from "./sourceOf.ts";
import { Totals } from "./totals.ts";
import type { Data, Values } from "./values.ts";

export interface FitOptions extends Monitor {
  /** 1 unless told. */
  epochs?: number;
  /** Samples in a batch; 32 unless told. Data that comes in batches has its own. */
  batchSize?: number;
  /** Whether the samples come in another order in each epoch; they do unless told. Data in batches has its own order. */
  shuffle?: boolean;
  /** Draws the order, and what layers such as Dropout need; 0 unless told. */
  seed?: number;
  /** The epoch to begin with, of a training that goes on; 0 unless told. */
  initialEpoch?: number;
  /** Of data that comes in batches: how many make an epoch; all unless told. */
  stepsPerEpoch?: number;
  /** What is measured after each epoch: [x, y], [x, y, weights], or data that comes in batches. */
  validationData?: readonly [x: Data, y: Data, weights?: Values] | BatchData;
  /** In place of it: the last share of the samples, which are not trained on. */
  validationSplit?: number;
  /** Of validation data that comes in batches: the first so many; all unless told. */
  validationSteps?: number;
  /** Factors of the classes' samples in the loss, by class index; those left out have 1. */
  classWeight?: Readonly<Record<number, number>>;
  /** How much each sample counts in the loss. */
  sampleWeight?: Values;
  callbacks?: readonly Callback[];
  /**
   * Which number tells the best epoch (with `mode` and `minDelta`): a name in the logs; "val_loss" unless told, or
   * "loss" without validation data.
   */
  monitor?: string;
  /** Ends with the weights of the best epoch, rather than with those of the last one. */
  restoreBest?: boolean;
  /** A folder for the best and the last model and the checkpoints that callbacks ask for. */
  out?: string;
  /** Takes the place of a training that is there. */
  overwrite?: boolean;
  /** Is given a line after each epoch: `console.log`, say. */
  log?: (line: string) => void;
  /** Ends the training after a step. */
  signal?: AbortSignal;
}

/** What `fit` came to. */
export interface History {
  /** Epochs by number, from 0. */
  epoch: number[];
  /** The losses and metrics of each, by Keras's names: `loss`, `accuracy`, `val_loss`, …, and `learning_rate`. */
  history: Record<string, number[]>;
  /** The epoch with the best monitored value; undefined where none was a number. */
  best: number | undefined;
  /** Why it ended early, if it did. */
  stopped: string | undefined;
}

/** See `CompiledModel.fit`. */
export async function fitModel(
  model: ModelProgram,
  data: Data | BatchData,
  y: Data | FitOptions | undefined,
  options: FitOptions | undefined,
): Promise<History> {
  const { target, own } = inBatches(data, y, options);
  checkOptions(own);
  const { training, validation } = sourcesOf(model, data, target, own);
  let folder: FitFolder | undefined;
  try {
    folder = own.out === undefined ? undefined : await FitFolder.open(own.out, { overwrite: own.overwrite ?? false });
    const { samples } = training;
    if (samples) await prepared(model, samples);
    return await new Fitting(model, training, validation, folder, own).run();
  } finally {
    training.dispose();
    validation?.dispose();
    await folder?.close();
  }
}

async function prepared(model: ModelProgram, samples: NonNullable<Source["samples"]>): Promise<void> {
  try {
    await model.prepare("train", samples);
  } finally {
    samples.forEach(disposeBatch);
  }
}

/** One call of `fit`. */
class Fitting {
  readonly #model: ModelProgram;
  readonly #training: Source;
  readonly #validation: Source | undefined;
  readonly #folder: FitFolder | undefined;
  readonly #options: FitOptions;
  readonly #callbacks: readonly Callback[];
  readonly #joined: ReturnType<typeof joinCallbacks>;
  readonly #monitor: Monitor;
  readonly #started = performance.now();
  readonly #rate = new RateMeter();
  readonly #waiting = new WaitMeter();
  readonly #history: History = { epoch: [], history: {}, best: undefined, stopped: undefined };
  #stepsPerEpoch: number | undefined;
  #best: { value: number; weights: tf.Tensor[] } | undefined;

  constructor(
    model: ModelProgram,
    training: Source,
    validation: Source | undefined,
    folder: FitFolder | undefined,
    options: FitOptions,
  ) {
    this.#model = model;
    this.#training = training;
    this.#validation = validation;
    this.#folder = folder;
    this.#options = options;
    this.#callbacks = options.callbacks ?? [];
    this.#joined = joinCallbacks(this.#callbacks);
    this.#stepsPerEpoch = training.length;
    const { monitor = validation ? "val_loss" : "loss", mode, minDelta } = options;
    this.#monitor = { monitor, ...(mode && { mode }), ...(minDelta !== undefined && { minDelta }) };
  }

  async run(): Promise<History> {
    const { epochs = 1, initialEpoch = 0, restoreBest = false } = this.#options;
    const all = async (): Promise<{ finished: boolean }> => {
      for (let epoch = initialEpoch; epoch < epochs && !this.#isOver(); epoch++) await this.#epoch(epoch, epochs);
      return { finished: this.#options.signal?.aborted !== true };
    };
    try {
      await amongCallbacks(this.#callbacks, this.#view(), all);
      this.#model.pull();
      if (restoreBest && this.#best) {
        const { weights } = this.#best;
        for (const [i, variable] of weightsOf(this.#model.model, false).entries())
          variable.assign(weights[i] as tf.Tensor);
      }
      return this.#history;
    } finally {
      tf.dispose(this.#best?.weights ?? []);
    }
  }

  async #epoch(epoch: number, epochs: number): Promise<void> {
    const began = performance.now();
    const totals = new Totals();
    let steps = 0;
    this.#waiting.begin();
    for await (const batch of this.#training.pass(epoch)) {
      this.#waiting.end();
      const samples = samplesIn(batch);
      const { learningRate } = this.#model;
      const losses = await this.#model.trainBatch(batch, totals, this.#options.seed ?? 0);
      steps++;
      assertFinite(losses, this.#model.iterations - 1, [`batch ${steps} of epoch ${epoch + 1}`], learningRate);
      this.#rate.count(samples);
      await this.#obey(this.#joined.onStep(this.#progress(losses, { epoch, epochs, steps, learningRate })));
      await setImmediate(); // a step blocks this thread: let decoded images and Ctrl-C through
      if (this.#isOver()) break;
      this.#waiting.begin();
    }
    const waiting = this.#waiting.share();
    if (this.#history.stopped === undefined) this.#stepsPerEpoch = steps;
    const measured = this.#validation ? await evaluateSource(this.#model, this.#validation) : {};
    const logs = {
      ...totals.logs(),
      ...Object.fromEntries(Object.entries(measured).map(([name, value]) => [`val_${name}`, value])),
    };
    await this.#ended(epoch, logs, { waiting, steps });
    const seconds = (performance.now() - began) / 1000;
    this.#options.log?.(epochLine(epoch, epochs, seconds, logs));
    this.#rate.restart();
    this.#waiting.restart();
  }

  async #ended(epoch: number, logs: Record<string, number>, { waiting, steps }: { waiting: number; steps: number }) {
    const { learningRate } = this.#model;
    const { loss = NaN, ...metrics } = logs;
    const { val_loss: validationLoss } = logs;
    const state = {
      ...{ step: this.#model.iterations, epoch: epoch + 1, elapsed: this.#elapsed(), loss, learningRate, waiting },
      ...(validationLoss !== undefined && { validationLoss }),
      ...{ metrics, score: NaN, best: false },
    } satisfies FitValidation;
    const value = monitored(this.#monitor, state);
    const best = isBetter(this.#monitor, value, this.#best?.value ?? null);
    if (best) this.#remember(epoch, value);
    this.#history.epoch.push(epoch);
    for (const [name, number] of Object.entries({ ...logs, learning_rate: learningRate })) {
      (this.#history.history[name] ??= []).push(number);
    }
    const wishes = await this.#joined.onValidation({ ...state, score: scoreOf(this.#monitor, value), best });
    if (steps > 0) await this.#folder?.saveEpoch(this.#model, { best });
    await this.#obey(wishes);
  }

  #remember(epoch: number, value: number): void {
    tf.dispose(this.#best?.weights ?? []);
    this.#history.best = epoch;
    const copied = this.#options.restoreBest === true;
    if (copied) this.#model.pull();
    this.#best = {
      value,
      weights: copied ? weightsOf(this.#model.model, false).map((variable) => variable.clone()) : [],
    };
  }

  async #obey(wishes: readonly Wish[]): Promise<void> {
    for (const wish of wishes) {
      if (wish.rateFactor !== undefined) this.#model.rateFactor *= wish.rateFactor;
      if (wish.checkpoint) await this.#saveCheckpoint(wish.checkpoint.keep);
      if (wish.stop !== undefined) this.#history.stopped ??= wish.stop;
    }
  }

  async #saveCheckpoint(keep: number): Promise<void> {
    if (!this.#folder) throw new AnchorkitError("fit: a callback asks for a checkpoint; say where with the option out");
    await this.#folder.saveCheckpoint(this.#model, keep);
  }

  #progress(
    losses: Record<string, number>,
    { epoch, epochs, steps, learningRate }: { epoch: number; epochs: number; steps: number; learningRate: number },
  ): FitProgress {
    const within = this.#stepsPerEpoch === undefined ? 0 : steps / this.#stepsPerEpoch;
    const done = epoch + within - (this.#options.initialEpoch ?? 0);
    const elapsed = this.#elapsed();
    const left = epochs - epoch - within;
    return {
      ...{ step: this.#model.iterations, epoch: epoch + within, epochs, elapsed, losses, learningRate },
      ...(this.#stepsPerEpoch !== undefined && { steps: epochs * this.#stepsPerEpoch }),
      remaining: done > 0 ? (elapsed / done) * left : Infinity,
      loss: losses.loss ?? NaN,
      samplesPerSecond: this.#rate.perSecond(),
      waiting: this.#waiting.share(),
    };
  }

  #view(): TrainingView {
    const { model } = this.#model;
    return {
      folder: this.#options.out ?? "",
      step: this.#model.iterations,
      elapsed: 0,
      config: {},
      weights: () => {
        this.#model.pull();
        return weightValues(model);
      },
      graph: () => undefined,
      ...{ examples: () => undefined, classes: [] },
      pictures: () => Promise.resolve([]),
    };
  }

  #elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }

  #isOver(): boolean {
    return this.#history.stopped !== undefined || this.#options.signal?.aborted === true;
  }
}

/** "epoch 3/10: 1.2 s, loss 0.312, accuracy 0.91, val_loss …" */
function epochLine(epoch: number, epochs: number, seconds: number, logs: Record<string, number>): string {
  const numbers = Object.entries(logs).map(([name, value]) => `${name} ${value.toPrecision(4)}`);
  return `epoch ${epoch + 1}/${epochs}: ${seconds.toFixed(1)} s, ${numbers.join(", ")}`;
}

/** Higher is better. */
function scoreOf(monitor: Monitor, value: number): number {
  return modeOf(monitor) === "min" ? -value : value;
}

function sourcesOf(
  model: ModelProgram,
  data: Data | BatchData,
  target: Data | undefined,
  options: FitOptions,
): { training: Source; validation: Source | undefined } {
  const { batchSize = 32, shuffle = true, seed = 0, stepsPerEpoch: steps, validationSplit, validationData } = options;
  const { classWeight, sampleWeight, validationSteps } = options;
  const slicing = { batchSize, shuffle: shuffle ? new Random(seed).fork("order") : undefined };
  if (validationSplit !== undefined) {
    if (isBatchData(data) || validationData !== undefined) {
      throw new AnchorkitError("validationSplit: is for samples as a whole, and in place of validationData");
    }
    const whole = wholeOf(data, target, model.ends, { classWeight, sampleWeight });
    try {
      const { rest, last } = splitOff(whole, validationSplit);
      return { training: slicedSource(rest, slicing), validation: slicedSource(last, { batchSize }) };
    } finally {
      disposeBatch(whole);
    }
  }
  const training = sourceOf(data, target, model.ends, { ...slicing, classWeight, sampleWeight, steps });
  if (validationData === undefined) return { training, validation: undefined };
  if (isBatchData(validationData)) {
    return {
      training,
      validation: sourceOf(validationData, undefined, model.ends, { batchSize, steps: validationSteps }),
    };
  }
  const [x, y, weights] = validationData;
  return { training, validation: sourceOf(x, y, model.ends, { batchSize, sampleWeight: weights }) };
}

function checkOptions(options: FitOptions): void {
  knownOptions("fit", options, {
    ...({ epochs: true, batchSize: true, shuffle: true, seed: true, initialEpoch: true, stepsPerEpoch: true } as const),
    ...({ validationData: true, validationSplit: true, validationSteps: true, classWeight: true } as const),
    ...({ sampleWeight: true, callbacks: true, monitor: true, mode: true, minDelta: true, restoreBest: true } as const),
    ...({ out: true, overwrite: true, log: true, signal: true } as const),
  });
  for (const name of ["epochs", "batchSize", "stepsPerEpoch", "validationSteps"] as const) {
    const value = options[name];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new AnchorkitError(`fit: ${name} must be a whole number of at least 1, got ${value}`);
    }
  }
}
