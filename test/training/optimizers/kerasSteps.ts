import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { NamedTensors } from "../../../src/engine/graph/step.ts";
import type { OptimizerFactory } from "../../../src/training/optimizers/optimizer.ts";
import {
  largestDifference,
  oracleCases,
  oracleTensor,
  type OracleCase,
  type OracleTensor,
} from "../../detection/support.ts";

/** Weights after each of six steps, which Keras computed. */
interface OptimizerCase extends OracleCase {
  input: {
    weights: OracleTensor[];
    /** By step, then by weight. */
    gradients: OracleTensor[][];
    /** With the names of our options. */
    config: Record<string, number | boolean>;
  };
  expected: OracleTensor[][];
}

/** How an optimizer is made for a case of Keras's. */
export type MakeOptimizer = (config: object) => OptimizerFactory;

const cases = ["optimizers", "optimizers_more"].flatMap(oracleCases) as OptimizerCase[];

export const caseNames = cases.map(({ name }) => name);

/**
 * Largest difference from Keras's weights, after any step, at the learning rate that the optimizer was made with.
 *
 * @param mode `auto`: compiled where the engine compiles; `eager`: op by op
 */
export async function differenceFromKeras(
  name: string,
  make: MakeOptimizer,
  mode: "auto" | "eager" = "auto",
): Promise<number> {
  const { input, expected } = cases.find((one) => one.name === name) as OptimizerCase;
  const weights = input.weights.map((weight, i) => tf.variable(oracleTensor(weight), true, `weight${i}`));
  const factory = make(input.config);
  expect(factory.learningRate).toBe(input.config.learningRate);
  const optimizer = factory.for(weights);
  const scalar = { shape: [], dtype: "float32" as const };
  const train = {
    inputs: {
      ...Object.fromEntries(input.weights.map(({ shape }, i) => [`weight${i}`, { ...scalar, shape }])),
      ...{ learningRate: scalar, step: scalar },
    },
    run(inputs: NamedTensors) {
      const gradients = new Map(weights.map((weight) => [weight, inputs[weight.name] as tf.Tensor]));
      const { learningRate, step } = inputs as Record<string, tf.Scalar>;
      const updates = optimizer.update(gradients, learningRate as tf.Scalar, step as tf.Scalar);
      return { outputs: { step: (step as tf.Scalar).clone() }, updates };
    },
  };
  const program = await compileProgram(
    { train },
    { variables: [...weights, ...optimizer.slots.map(({ variable }) => variable)], mode },
  );
  expect(program.mode).toBe(tf.getBackend() === "tensorflow" && mode === "auto" ? "graph" : "eager");
  const differences = input.gradients.flatMap((gradients, i) => {
    const inputs = {
      ...Object.fromEntries(gradients.map((gradient, k) => [`weight${k}`, oracleTensor(gradient)])),
      ...{ learningRate: tf.scalar(factory.learningRate as number), step: tf.scalar(i + 1) },
    };
    tf.dispose([inputs, program.run("train", inputs)]);
    program.pull();
    return weights.map((weight, k) => largestDifference(weight.dataSync(), expected[i]?.[k]?.data ?? []));
  });
  program.dispose();
  tf.dispose([...weights, ...optimizer.slots.map(({ variable }) => variable)]);
  expect(differences).toHaveLength(12);
  return Math.max(...differences);
}
