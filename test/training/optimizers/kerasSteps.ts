import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { NamedTensors } from "../../../src/engine/graph/step.ts";
import { clipByGlobalNorm } from "../../../src/training/optimizers/clip.ts";
import type { Optimizer } from "../../../src/training/optimizers/optimizer.ts";
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
    config: Record<"learningRate" | "momentum" | "beta1" | "beta2" | "epsilon" | "weightDecay" | "rho", number> & {
      nesterov?: boolean;
      globalClipNorm?: number;
    };
  };
  expected: OracleTensor[][];
}

/** How an optimizer is made for a case of Keras's. */
export type MakeOptimizer = (weights: tf.Variable[], config: OptimizerCase["input"]["config"]) => Optimizer;

const cases = oracleCases("optimizers") as OptimizerCase[];

/** Largest difference from Keras's weights, after any step: compiled where the engine compiles, else run op by op. */
export async function differenceFromKeras(name: string, make: MakeOptimizer): Promise<number> {
  const { input, expected } = cases.find((one) => one.name === name) as OptimizerCase;
  const { learningRate, globalClipNorm } = input.config;
  const weights = input.weights.map((weight, i) => tf.variable(oracleTensor(weight), true, `weight${i}`));
  const optimizer = make(weights, input.config);
  const train = {
    inputs: Object.fromEntries(
      [...input.weights.map(({ shape }) => shape), [], []].map((shape, i) => [
        ["weight0", "weight1", "learningRate", "step"][i] as string,
        { shape, dtype: "float32" as const },
      ]),
    ),
    run(inputs: NamedTensors) {
      const raw = new Map(weights.map((weight) => [weight, inputs[weight.name] as tf.Tensor]));
      const { clipped } = clipByGlobalNorm(raw, globalClipNorm ?? 1e9);
      const { learningRate, step } = inputs as Record<string, tf.Scalar>;
      const updates = optimizer.update(clipped, learningRate as tf.Scalar, step as tf.Scalar);
      return { outputs: { step: (step as tf.Scalar).clone() }, updates };
    },
  };
  const program = await compileProgram(
    { train },
    { variables: [...weights, ...optimizer.slots.map(({ variable }) => variable)] },
  );
  expect(program.mode).toBe(tf.getBackend() === "tensorflow" ? "graph" : "eager");
  const differences = input.gradients.flatMap(([first, second], i) => {
    const inputs = {
      weight0: oracleTensor(first as OracleTensor),
      weight1: oracleTensor(second as OracleTensor),
      learningRate: tf.scalar(learningRate),
      step: tf.scalar(i + 1),
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
