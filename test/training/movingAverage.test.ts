import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { compileProgram, openPrograms } from "../../src/engine/graph/program.ts";
import { movingAverage } from "../../src/training/movingAverage.ts";
import { engines } from "../detection/support.ts";

afterEach(() => {
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

const modes = engines.flatMap((engine) =>
  engine === "cpu" ? [["cpu", "eager"] as const] : [[engine, "auto"] as const, [engine, "eager"] as const],
);

describe.each(modes)("movingAverage on %s, %s", (engine, mode) => {
  it("is keep * average + (1 - keep) * weight, starts at the weights, and starts again at keep 0", async () => {
    await tf.setBackend(engine);
    const kernel = tf.variable(tf.tensor2d([[1, -2, 0]]), true, "kernel");
    const bias = tf.variable(tf.tensor1d([8, 4]), true, "bias");
    const { averages, step } = movingAverage([kernel, bias]);
    const variables = [kernel, bias, ...averages.values()];
    const program = await compileProgram({ average: step }, { variables, mode });
    expect(program.mode).toBe(mode === "auto" ? "graph" : "eager");
    const valuesOf = (weight: tf.Variable): number[] => [...(averages.get(weight)?.dataSync() ?? [])];
    const average = (keep: number, kernelValue: number[], biasValue: number[]): number[][] => {
      kernel.assign(tf.tensor2d([kernelValue]));
      bias.assign(tf.tensor1d(biasValue));
      program.push();
      const fed = tf.scalar(keep);
      tf.dispose([fed, program.run("average", { keep: fed })]);
      program.pull();
      expect([...kernel.dataSync()]).toEqual(kernelValue); // the weights themselves stay
      return [kernel, bias].map(valuesOf);
    };

    expect([kernel, bias].map(valuesOf)).toEqual([[1, -2, 0], [8, 4]]); // prettier-ignore
    expect(average(0.75, [5, 2, 0], [0, 4])).toEqual([[2, -1, 0], [6, 4]]); // prettier-ignore
    expect(average(0.75, [10, -1, 8], [2, 4])).toEqual([[4, -1, 2], [5, 4]]); // prettier-ignore
    expect(average(1, [10, -1, 8], [2, 4])).toEqual([[4, -1, 2], [5, 4]]); // prettier-ignore
    expect(average(0, [7, 3, -9], [1, 0])).toEqual([[7, 3, -9], [1, 0]]); // prettier-ignore
    expect(average(0.5, [9, 3, -7], [1, 4])).toEqual([[8, 3, -8], [1, 2]]); // prettier-ignore
    program.dispose();
  });
});
