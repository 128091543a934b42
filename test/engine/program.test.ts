import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../src/engine/load.ts";
import { compileProgram, openPrograms, type Program } from "../../src/engine/program.ts";
import type { Step } from "../../src/engine/step.ts";

let native = false;
const programs: Program[] = [];
const compile: typeof compileProgram = async (...rest) => {
  const program = await compileProgram(...rest);
  programs.push(program);
  return program;
};

beforeAll(async () => {
  native = (await loadEngine()).name === "native";
});

afterEach(() => {
  for (const program of programs.splice(0)) program.dispose();
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

/** Least squares with momentum: loss, gradient and both updates. */
function regression(): { step: Step; variables: tf.Variable[] } {
  const weight = tf.variable(tf.tensor2d([0.5, -1, 2], [3, 1]), true, "weight");
  const velocity = tf.variable(tf.zeros([3, 1]), false, "velocity");
  const step: Step = {
    inputs: { x: { shape: [4, 3], dtype: "float32" }, y: { shape: [4, 1], dtype: "float32" } },
    run({ x, y }) {
      const loss = (): tf.Scalar => tf.losses.meanSquaredError(y as tf.Tensor, tf.matMul(x as tf.Tensor, weight));
      const { value, grads } = tf.variableGrads(loss, [weight]);
      const moved = velocity.mul(0.9).add(grads.weight as tf.Tensor);
      const updates = new Map([
        [velocity, moved],
        [weight, weight.sub(moved.mul(0.1))],
      ]);
      return { outputs: { loss: value, gradient: grads.weight as tf.Tensor }, updates };
    },
  };
  return { step, variables: [weight, velocity] };
}

const feeds = (): { x: tf.Tensor; y: tf.Tensor } => ({
  x: tf.tensor2d([1, 2, 3, 0, 1, 0, -1, 0.5, 2, 1, 1, 1], [4, 3]),
  y: tf.tensor2d([1, 0, 2, -1], [4, 1]),
});

async function fiveSteps(mode: "auto" | "eager"): Promise<number[][]> {
  const { step, variables } = regression();
  const program = await compile({ train: step }, { variables, mode });
  expect(program.mode).toBe(mode === "auto" && native ? "graph" : "eager");
  const seen: number[][] = [];
  for (let i = 0; i < 5; i++) {
    const outputs = program.run("train", feeds());
    seen.push([...outputs.loss!.dataSync(), ...outputs.gradient!.dataSync()]); // eslint-disable-line
  }
  program.pull();
  for (const variable of variables) seen.push([...variable.dataSync()]);
  program.dispose();
  tf.disposeVariables();
  return seen;
}

describe("compileProgram", () => {
  it("gives the same outputs, gradients and weights recorded as eager, over five steps", async () => {
    const [eager, recorded] = [await fiveSteps("eager"), await fiveSteps("auto")];
    expect(recorded).toHaveLength(7);
    recorded.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(eager[i]?.[j] ?? NaN, 5);
      });
    });
    expect(recorded[4]?.[0]).toBeLessThan(recorded[0]?.[0] ?? 0);
  });
});
