import * as tf from "@tensorflow/tfjs";
import type { Preprocessing, Size } from "../base/preprocessing.ts";
import { batchNormsOf, type BatchNorm } from "../core/layers/batchNorm.ts";
import { namedWeights } from "../core/namedWeights.ts";
import { compileProgram, type Precision, type Program } from "../engine/graph/program.ts";
import type { Step } from "../engine/graph/step.ts";
import { movingAverage } from "../training/movingAverage.ts";
import type { Optimizer } from "../training/optimizers.ts";
import { weightsOf, type FasterRcnn } from "./fasterRcnn/network.ts";
import { predictStep } from "./fasterRcnn/predictStep.ts";
import type { Settings } from "./fasterRcnn/description.ts";
import { calibrationStep, trainStep } from "./fasterRcnn/losses.ts";

export interface TrainingProgramOptions {
  network: FasterRcnn;
  optimizer: Optimizer;
  preprocessing: Preprocessing;
  settings: Settings;
  anchors: Float32Array;
  batch: number;
  /** Images predicted at once. */
  predictBatch: number;
  stored: Size;
  objects: number;
  precision: Precision;
}

/** What a training runs: one program, and the averaged weights in it. */
export interface TrainingProgram {
  program: Program;
  /** The same steps run op by op in float32, on the tf.Variables. */
  eager: Program;
  /** Every variable of the program by its name: what a checkpoint holds. */
  variables: ReadonlyMap<string, tf.Variable>;
  averages: ReadonlyMap<tf.Variable, tf.Variable>;
  norms: BatchNorm[];
  precision: Precision;
  dispose(): void;
}

/**
 * Compiles the steps of a training: `train` (normalising with the statistics of the batch), `trainFrozen` (with fixed
 * ones), `calibrate` (the statistics of a batch as they are), `average` and `predict` (with the averaged weights).
 */
export async function compileTraining(options: TrainingProgramOptions): Promise<TrainingProgram> {
  const { network, optimizer } = options;
  const weights = weightsOf(network, true);
  const { averages, step: average } = movingAverage(weights);
  const norms = batchNormsOf(network.model);
  const normalizing = (statistics: "batch" | "moving", step: Step): Step => ({
    ...step,
    run(inputs) {
      for (const norm of norms) norm.statistics = statistics;
      return step.run(inputs);
    },
  });
  const train = trainStep({ ...options, weights });
  const steps: Record<string, Step> = {
    train: normalizing("batch", train),
    trainFrozen: normalizing("moving", train),
    calibrate: normalizing("batch", calibrationStep({ ...options, weights }, norms)),
    average,
    predict: { ...predictStep({ ...options, batch: options.predictBatch }), reading: averages },
  };
  const variables = namedVariables(network.model, optimizer, averages);
  const compiled = [...variables.values()];
  const program = await compileProgram(steps, { variables: compiled, precision: options.precision });
  const eager = await compileProgram(steps, { variables: compiled, mode: "eager" });
  const dispose = (): void => {
    program.dispose();
    eager.dispose();
    tf.dispose([...averages.values()]);
  };
  return { program, eager, variables, averages, norms, precision: options.precision, dispose };
}

/** Weights, slots as `weight/kind`, averages as `weight/average`. */
function namedVariables(
  model: tf.LayersModel,
  { slots }: Optimizer,
  averages: ReadonlyMap<tf.Variable, tf.Variable>,
): Map<string, tf.Variable> {
  const weights = namedWeights(model);
  const names = new Map([...weights].map(([name, weight]) => [weight, name]));
  const under = (weight: tf.Variable, kind: string): string => {
    const name = names.get(weight);
    if (name === undefined) throw new Error(`${weight.name} is no weight of ${model.name}`);
    return `${name}/${kind}`;
  };
  return new Map([
    ...weights,
    ...slots.map(({ of, kind, variable }) => [under(of, kind), variable] as const),
    ...[...averages].map(([weight, average]) => [under(weight, "average"), average] as const),
  ]);
}
