import type * as tf from "@tensorflow/tfjs";
import { type Batch, batchOf, samplesIn } from "./batch.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate.ts";
import { fitModel, type FitOptions, type History } from "./fit.ts";
import type { ModelProgram } from "./modelProgram.ts";
import { predictModel, type PredictOptions } from "./predict.ts";
import type { BatchData } from "./source.ts";
import { Totals } from "./totals.ts";
import type { Data, Values } from "./values.ts";

/** A model with its optimizer, loss and metrics, see {@link compile}. Dispose of it when it is no longer needed. */
export class CompiledModel {
  readonly #program: ModelProgram;

  constructor(program: ModelProgram) {
    this.#program = program;
  }

  get model(): tf.LayersModel {
    return this.#program.model;
  }

  /** Updates of the weights so far, over all trainings. */
  get iterations(): number {
    return this.#program.iterations;
  }

  /** That of the next update. */
  get learningRate(): number {
    return this.#program.learningRate;
  }

  /**
   * Trains on all samples, in batches, `epochs` times; or on data that comes in batches.
   *
   * @param x the inputs of all samples @param y their targets
   * @returns the losses and metrics of each epoch, by Keras's names
   * @throws AnchorkitError for data that does not fit the model, and for a loss that becomes no number
   */
  fit(x: Data, y: Data, options?: FitOptions): Promise<History>;
  fit(batches: BatchData, options?: FitOptions): Promise<History>;
  fit(data: Data | BatchData, y?: Data | FitOptions, options?: FitOptions): Promise<History> {
    return fitModel(this.#program, data, y, options);
  }

  /** The loss and the metrics, by Keras's names. */
  evaluate(x: Data, y: Data, options?: EvaluateOptions): Promise<Record<string, number>>;
  evaluate(batches: BatchData, options?: EvaluateOptions): Promise<Record<string, number>>;
  evaluate(
    data: Data | BatchData,
    y?: Data | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>> {
    return evaluateModel(this.#program, data, y, options);
  }

  /** What the model says of all samples: a tensor, or of several outputs one each; the caller disposes of them. */
  predict(x: Data | BatchData, options?: PredictOptions): Promise<tf.Tensor | tf.Tensor[]> {
    return predictModel(this.#program, x, options);
  }

  /** One update on one batch: its loss and metrics before the update. */
  async trainOnBatch(x: Data, y: Data, sampleWeight?: Values): Promise<Record<string, number>> {
    return this.#onBatch([x, y, sampleWeight], async (batch, totals) => {
      await this.#program.trainBatch(batch, totals);
    });
  }

  /** The loss and the metrics of one batch. */
  async testOnBatch(x: Data, y: Data, sampleWeight?: Values): Promise<Record<string, number>> {
    return this.#onBatch([x, y, sampleWeight], async (batch, totals) => {
      await this.#program.testBatch(batch, totals, samplesIn(batch));
    });
  }

  /** The layers, the shapes of what they give, and the numbers of weights, as a table. */
  summary(): string {
    const lines: string[] = [];
    this.model.summary(100, [0.46, 0.66, 0.88, 1], (line: string) => lines.push(line));
    return lines.join("\n");
  }

  /** Writes the model, its layers and weights, as `loadModel` and tfjs read it; the folder appears whole or not at all. */
  async save(folder: string): Promise<void> {
    await this.#program.save(folder);
  }

  /** Brings the model's weights up to date after `trainOnBatch`; `fit` and `save` do so themselves. */
  pull(): void {
    this.#program.pull();
  }

  /** Frees what was compiled, and the optimizer's memory; the model stays, with its weights up to date. */
  dispose(): void {
    this.#program.dispose();
  }

  async #onBatch(
    [x, y, weights]: readonly [Data, Data, Values | undefined],
    run: (batch: Batch, totals: Totals) => Promise<void>,
  ): Promise<Record<string, number>> {
    const batch = batchOf(weights === undefined ? [x, y] : [x, y, weights], this.#program.ends);
    const totals = new Totals();
    await run(batch, totals);
    return totals.logs();
  }
}
