import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { writeFolderAtomic } from "../base/files.ts";
import { Random } from "../base/random.ts";
import { saveModel } from "../core/modelFiles.ts";
import { weightsOf } from "../core/namedWeights.ts";
import type { Precision } from "../engine/graph/program.ts";
import type { NamedTensors, Step } from "../engine/graph/step.ts";
import type { Optimizer, OptimizerFactory } from "../training/optimizers/optimizer.ts";
import { type Batch, disposeBatch, type Ends, samplesIn } from "./batch.ts";
import { GrowingProgram } from "./growingProgram.ts";
import { metricsOf, type NamedMetric, type Objective } from "./objectives.ts";
import {
  feedsOf,
  outputShapes,
  predictingStep,
  type Shapes,
  shapesKey,
  shapesOf,
  testingStep,
  trainingStep,
} from "./steps.ts";
import type { Totals } from "./totals.ts";

/** What a step does. */
type StepKind = "train" | "test" | "predict";

/** A model's steps on batches, compiled for the shapes that come, and where its optimizer stands. */
export class ModelProgram {
  readonly model: tf.LayersModel;
  readonly objectives: readonly Objective[];
  /** Updates of the weights so far, over all trainings. */
  iterations = 0;
  /** What the learning rate is multiplied with; callbacks change it. */
  rateFactor = 1;
  readonly #factory: OptimizerFactory;
  readonly #optimizer: Optimizer;
  readonly #learning: readonly tf.Variable[];
  readonly #program: GrowingProgram;
  readonly #metrics = new Map<string, readonly NamedMetric[]>();

  constructor(
    model: tf.LayersModel,
    objectives: readonly Objective[],
    factory: OptimizerFactory,
    precision: Precision,
  ) {
    this.model = model;
    this.objectives = objectives;
    this.#factory = factory;
    this.#learning = weightsOf(model, true);
    this.#optimizer = factory.for(this.#learning);
    const slots = this.#optimizer.slots.map(({ variable }) => variable);
    this.#program = new GrowingProgram([...weightsOf(model, false), ...slots], precision);
  }

  /** The names of the model's inputs and outputs. */
  get ends(): Ends {
    return { inputs: this.model.inputNames, outputs: this.model.outputNames };
  }

  /** That of the next update. */
  get learningRate(): number {
    const { learningRate } = this.#factory;
    return this.rateFactor * (typeof learningRate === "number" ? learningRate : learningRate(this.iterations));
  }

  /** Writes the model, its layers and weights, as `loadModel` and tfjs read it; the folder appears whole or not at all. */
  async save(folder: string): Promise<void> {
    this.pull();
    await writeFolderAtomic(folder, async (beside) => {
      await saveModel(this.model, beside);
    });
  }

  /** Brings the model's weights up to date after `trainOnBatch`; `fit` and `save` do so themselves. */
  pull(): void {
    this.#program.pull();
  }

  /** Frees what was compiled, and the optimizer's memory; the model stays. */
  dispose(): void {
    this.pull();
    this.#program.dispose();
    tf.dispose(this.#optimizer.slots.map(({ variable }) => variable));
  }

  /** Compiles what batches of these shapes need. */
  async prepare(kinds: readonly StepKind[], batches: readonly Batch[]): Promise<void> {
    const steps = batches.flatMap((batch) => {
      this.#check(batch, kinds.includes("predict") ? "x" : "both");
      const shapes = shapesOf(batch);
      return kinds.map((kind) => [stepKey(kind, shapes), () => this.#make(kind, shapes)] as const);
    });
    await this.#program.require(new Map(steps));
  }

  /** Runs a training step, adds what it gave to the totals, and disposes of the batch. */
  async trainBatch(batch: Batch, totals: Totals, seed = 0): Promise<Record<string, number>> {
    await this.prepare(["train"], [batch]);
    const random = new Random(seed).fork(this.iterations);
    const at = {
      learningRate: tf.scalar(this.learningRate),
      step: tf.scalar(++this.iterations),
      seed: tf.scalar(random.int(2 ** 31), "int32"),
    };
    const outputs = this.#run("train", batch, at);
    tf.dispose(at);
    return this.#finish(batch, outputs, totals, samplesIn(batch));
  }

  /** Runs a testing step, of whose samples the first `count` are real, and disposes of the batch. */
  async testBatch(batch: Batch, totals: Totals, count: number): Promise<Record<string, number>> {
    await this.prepare(["test"], [batch]);
    const samples = samplesIn(batch);
    const filled = tf.tensor1d(Array.from({ length: samples }, (_, i) => (i < count ? 1 : 0)));
    const outputs = this.#run("test", batch, { filled });
    filled.dispose();
    return this.#finish(batch, outputs, totals, count);
  }

  /** The model's outputs for a batch, which is disposed of. */
  async predictBatch(batch: Batch): Promise<tf.Tensor[]> {
    await this.prepare(["predict"], [batch]);
    const outputs = this.#run("predict", batch, {});
    disposeBatch(batch);
    return this.model.outputs.map((_, i) => outputs[`prediction${i}`] as tf.Tensor);
  }

  #make(kind: StepKind, shapes: Shapes): Step {
    if (kind === "predict") return predictingStep(this.model, { ...shapes, targets: [], weighted: false });
    const targets = shapes.targets.map(({ shape }) => shape);
    const metrics = metricsOf(this.objectives, targets, outputShapes(this.model, shapes));
    this.#metrics.set(shapesKey(shapes), metrics);
    const compiling = { model: this.model, objectives: this.objectives, metrics };
    if (kind === "test") return testingStep(compiling, shapes);
    return trainingStep(compiling, shapes, { optimizer: this.#optimizer, weights: this.#learning });
  }

  #run(kind: StepKind, batch: Batch, more: NamedTensors): NamedTensors {
    const shapes = shapesOf(batch);
    const fed = kind === "predict" ? feedsOf({ inputs: batch.inputs, targets: [] }) : feedsOf(batch);
    return this.#program.run(stepKey(kind, shapes), { ...fed, ...more });
  }

  #finish(batch: Batch, outputs: NamedTensors, totals: Totals, count: number): Record<string, number> {
    const numbers = totals.add(outputs, this.#metrics.get(shapesKey(shapesOf(batch))) ?? [], count);
    disposeBatch(batch);
    return numbers;
  }

  /** @throws AnchorkitError if the batch does not have what the model takes, or lacks targets */
  #check({ inputs, targets }: Batch, what: "x" | "both"): void {
    for (const [i, { shape }] of inputs.entries()) {
      const wanted = this.model.inputs[i]?.shape ?? [];
      const fits =
        shape.length === wanted.length && wanted.every((side, axis) => side === null || side === shape[axis]);
      if (!fits)
        throw new AnchorkitError(
          `x: ${named(this.ends.inputs, i)}has shape ${shown(shape)}, and the model takes ${shown(wanted)}`,
        );
    }
    if (what === "both" && targets.length < this.objectives.length) {
      throw new AnchorkitError("y: there is none, and a loss needs it");
    }
  }
}

function stepKey(kind: StepKind, shapes: Shapes): string {
  return `${kind} ${shapesKey(kind === "predict" ? { ...shapes, targets: [], weighted: false } : shapes)}`;
}

function named(names: readonly string[], i: number): string {
  return names.length > 1 ? `"${names[i]}" ` : "";
}

function shown(shape: readonly (number | null)[]): string {
  return `[${shape.map((side) => side ?? "samples").join(", ")}]`;
}
