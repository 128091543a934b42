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

  /** Compiles the steps of a kind that such batches need; answers what they are called. */
  async prepare(kind: StepKind, batches: readonly Batch[]): Promise<string[]> {
    const steps = batches.map((batch) => {
      this.#check(batch, kind === "predict" ? "x" : "both");
      const shapes = shapesOf(batch);
      const key = `${kind} ${shapesKey(shapes)}`;
      return [key, () => this.#make(kind, key, shapes)] as const;
    });
    await this.#program.require(new Map(steps));
    return steps.map(([key]) => key);
  }

  /** Runs a training step, adds what it gave to the totals, and disposes of the batch. */
  async trainBatch(batch: Batch, totals: Totals, seed = 0): Promise<Record<string, number>> {
    const [key = ""] = await this.prepare("train", [batch]);
    const random = new Random(seed).fork(this.iterations);
    const at = {
      learningRate: tf.scalar(this.learningRate),
      step: tf.scalar(++this.iterations),
      seed: tf.scalar(random.int(2 ** 31), "int32"),
    };
    return totals.add(this.#run(key, batch, at), this.#metrics.get(key) ?? [], samplesIn(batch));
  }

  /** Runs a testing step, of whose samples the first `count` are real, and disposes of the batch. */
  async testBatch(batch: Batch, totals: Totals, count: number): Promise<Record<string, number>> {
    const [key = ""] = await this.prepare("test", [batch]);
    const filled = tf.tensor1d(Array.from({ length: samplesIn(batch) }, (_, i) => (i < count ? 1 : 0)));
    return totals.add(this.#run(key, batch, { filled }), this.#metrics.get(key) ?? [], count);
  }

  /** The model's outputs for a batch, which is disposed of. */
  async predictBatch({ targets, weights, ...fed }: Batch): Promise<tf.Tensor[]> {
    disposeBatch({ inputs: [], targets, ...(weights && { weights }) });
    const batch = { ...fed, targets: [] };
    const [key = ""] = await this.prepare("predict", [batch]);
    const outputs = this.#run(key, batch, {});
    return this.model.outputs.map((_, i) => outputs[`prediction${i}`] as tf.Tensor);
  }

  #make(kind: StepKind, key: string, shapes: Shapes): Step {
    if (kind === "predict") return predictingStep(this.model, shapes);
    const targets = shapes.targets.map(({ shape }) => shape);
    const metrics = metricsOf(this.objectives, targets, outputShapes(this.model, shapes));
    this.#metrics.set(key, metrics);
    const compiling = { model: this.model, objectives: this.objectives, metrics };
    if (kind === "test") return testingStep(compiling, shapes);
    return trainingStep(compiling, shapes, { optimizer: this.#optimizer, weights: this.#learning });
  }

  /** Runs a step; disposes of what it is fed. */
  #run(key: string, batch: Batch, more: NamedTensors): NamedTensors {
    const outputs = this.#program.run(key, { ...feedsOf(batch), ...more });
    tf.dispose(more);
    disposeBatch(batch);
    return outputs;
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

function named(names: readonly string[], i: number): string {
  return names.length > 1 ? `"${names[i]}" ` : "";
}

function shown(shape: readonly (number | null)[]): string {
  return `[${shape.map((side) => side ?? "samples").join(", ")}]`;
}
