import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { collectUpdates } from "../core/updates.ts";
import type { NamedTensors, Step, TensorSpec } from "../engine/graph/step.ts";
import { gradients } from "../training/gradients.ts";
import { globalNorm } from "../training/optimizers/clip.ts";
import type { Optimizer } from "../training/optimizers/optimizer.ts";
import { layerPenalties } from "../training/regularisers/layerPenalties.ts";
import type { Batch } from "./batch.ts";
import { lossesOf, type NamedMetric, type Objective } from "./objectives.ts";

/** Shapes and types of a batch; steps are compiled for each. */
export interface Shapes {
  inputs: readonly TensorSpec[];
  targets: readonly TensorSpec[];
  weighted: boolean;
}

/** @throws AnchorkitError for a tensor of strings or complex numbers */
export function shapesOf({ inputs, targets, weights }: Batch): Shapes {
  return { inputs: inputs.map(specOf), targets: targets.map(specOf), weighted: weights !== undefined };
}

/** The same text for the same shapes. */
export function shapesKey({ inputs, targets, weighted }: Shapes): string {
  const text = (specs: readonly TensorSpec[]) => specs.map(({ shape, dtype }) => `${dtype}[${shape.join()}]`).join(" ");
  return `${text(inputs)} ${text(targets)}${weighted ? " weighted" : ""}`;
}

/** The tensors of a batch by the names that steps have for them. */
export function feedsOf({ inputs, targets, weights }: Batch): NamedTensors {
  return {
    ...Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor])),
    ...Object.fromEntries(targets.map((tensor, i) => [`y${i}`, tensor])),
    ...(weights && { weights }),
  };
}

/** What steps are made of. */
export interface Compiling {
  model: tf.LayersModel;
  objectives: readonly Objective[];
  metrics: readonly NamedMetric[];
}

/** Forward, backward and update: gives the losses, what the batch adds to the metrics, and the norm of the gradients. */
export function trainingStep(
  { model, objectives, metrics }: Compiling,
  shapes: Shapes,
  { optimizer, weights }: { optimizer: Optimizer; weights: readonly tf.Variable[] },
): Step {
  return {
    inputs: {
      ...specsOf(shapes),
      ...{ learningRate: { shape: [], dtype: "float32" }, step: { shape: [], dtype: "float32" } },
      seed: { shape: [], dtype: "int32" },
    },
    run({ learningRate, step, seed, ...fed }) {
      const { targets, samples } = ends(fed, shapes);
      const forward = () => {
        const predictions = predictionsOf(model, fed, shapes, true);
        const named = Object.fromEntries(predictions.map((prediction, i) => [`prediction${i}`, prediction]));
        const counting = { ...(fed.weights && { weights: fed.weights }), penalties: layerPenalties(model) };
        return { ...lossesOf(objectives, targets, predictions, counting), ...named };
      };
      const pass = gradients(forward, weights, { seed: seed as tf.Scalar });
      const { predictions, others } = takePredictions(pass.outputs, objectives.length);
      const moved = optimizer.update(pass.gradients, learningRate as tf.Scalar, step as tf.Scalar);
      const outputs = {
        ...others,
        ...sumsOf(metrics, targets, predictions, tf.ones([samples])),
        gradientNorm: globalNorm(pass.gradients),
      };
      tf.dispose(predictions);
      return { outputs, updates: new Map([...pass.updates, ...moved]) };
    },
  };
}

/** Losses and metrics of the weights as they are, and the states of stateful layers; `filled` is 0 for samples that only fill the batch up. */
export function testingStep({ model, objectives, metrics }: Compiling, shapes: Shapes): Step {
  const samples = samplesOf(shapes);
  return {
    inputs: { ...specsOf(shapes), filled: { shape: [samples], dtype: "float32" } },
    run({ filled, ...fed }) {
      const counting = filled as tf.Tensor1D;
      const { targets } = ends(fed, shapes);
      const { result: predictions, updates } = collectUpdates(() => predictionsOf(model, fed, shapes, false));
      const weighing = {
        ...(fed.weights && { weights: fed.weights }),
        filled: counting,
        penalties: layerPenalties(model),
      };
      const losses = lossesOf(objectives, targets, predictions, weighing);
      return { outputs: { ...losses, ...sumsOf(metrics, targets, predictions, counting) }, updates };
    },
  };
}

/** What the model says, an output under each `prediction0`, `prediction1`, … */
export function predictingStep(model: tf.LayersModel, shapes: Shapes): Step {
  return {
    inputs: specsOf(shapes),
    run(fed) {
      const { result, updates } = collectUpdates(() => predictionsOf(model, fed, shapes, false));
      return { outputs: Object.fromEntries(result.map((prediction, i) => [`prediction${i}`, prediction])), updates };
    },
  };
}

/** The shape of each output of the model for inputs of such shapes. */
export function outputShapes(model: tf.LayersModel, { inputs }: Shapes): number[][] {
  const shapes = inputs.map(({ shape }) => shape);
  const given = shapes.length === 1 ? (shapes[0] as number[]) : shapes;
  const found = model.computeOutputShape(given);
  return (Array.isArray(found[0]) ? found : [found]) as number[][];
}

/** The parts of what sums of a metric are called in a step's outputs. */
export function sumName(metric: number, part: string): string {
  return `metric${metric}/${part}`;
}

function sumsOf(
  metrics: readonly NamedMetric[],
  targets: readonly tf.Tensor[],
  predictions: readonly tf.Tensor[],
  counting: tf.Tensor1D,
): NamedTensors {
  const parts = metrics.flatMap(({ metric, output }, i) => {
    const sums = metric.sums(targets[output] as tf.Tensor, predictions[output] as tf.Tensor, counting);
    return Object.entries(sums).map(([part, tensor]) => [sumName(i, part), tensor] as const);
  });
  return Object.fromEntries(parts);
}

function predictionsOf(model: tf.LayersModel, fed: NamedTensors, { inputs }: Shapes, training: boolean): tf.Tensor[] {
  const tensors = inputs.map((_, i) => {
    const tensor = fed[`x${i}`] as tf.Tensor;
    const wanted = model.inputs[i]?.dtype ?? "float32";
    return tensor.dtype === wanted ? tensor : tensor.cast(wanted);
  });
  const found = model.apply(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors, { training });
  return (Array.isArray(found) ? found : [found]) as tf.Tensor[];
}

function ends(fed: NamedTensors, shapes: Shapes): { targets: tf.Tensor[]; samples: number } {
  return { targets: shapes.targets.map((_, i) => fed[`y${i}`] as tf.Tensor), samples: samplesOf(shapes) };
}

function takePredictions(outputs: NamedTensors, count: number) {
  const names = Array.from({ length: count }, (_, i) => `prediction${i}`);
  const predictions = names.map((name) => outputs[name] as tf.Tensor);
  const others = Object.fromEntries(Object.entries(outputs).filter(([name]) => !names.includes(name)));
  return { predictions, others };
}

function specsOf({ inputs, targets, weighted }: Shapes): Record<string, TensorSpec> {
  return {
    ...Object.fromEntries(inputs.map((spec, i) => [`x${i}`, spec])),
    ...Object.fromEntries(targets.map((spec, i) => [`y${i}`, spec])),
    ...(weighted && { weights: { shape: [inputs[0]?.shape[0] ?? 0], dtype: "float32" } satisfies TensorSpec }),
  };
}

function samplesOf({ inputs }: Shapes): number {
  return inputs[0]?.shape[0] ?? 0;
}

function specOf({ shape, dtype }: tf.Tensor): TensorSpec {
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new AnchorkitError(`a tensor of type ${dtype} cannot be fed; give float32, int32 or bool`);
  }
  return { shape: [...shape], dtype };
}
