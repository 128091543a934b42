import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { compileProgram, openPrograms, type Program } from "../../../src/engine/graph/program.ts";
import type { Step } from "../../../src/engine/graph/step.ts";

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
    seen.push(Object.values(outputs).flatMap((output) => [...output.dataSync()]));
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

  it("reads other variables in place of some, in both modes", async () => {
    for (const mode of ["auto", "eager"] as const) {
      const [own, other] = [tf.variable(tf.scalar(2)), tf.variable(tf.scalar(5))];
      const step: Step = {
        inputs: {},
        run: () => ({ outputs: { twice: own.mul(2) } }),
        reading: new Map([[own, other]]),
      };
      const program = await compile({ step }, { variables: [own, other], mode });
      expect(program.run("step", {}).twice?.dataSync()[0]).toBe(10);
      expect(own.dataSync()[0]).toBe(2);
      program.dispose();
      tf.disposeVariables();
    }
  });

  it("keeps the values of variables until they are pulled, and takes new ones when they are pushed", async () => {
    const counter = tf.variable(tf.scalar(1));
    const count: Step = {
      inputs: {},
      run: () => ({ outputs: { before: counter.clone() }, updates: new Map([[counter, counter.add(1)]]) }),
    };
    const program = await compile({ count }, { variables: [counter] });
    const run = (): number | undefined => program.run("count", {}).before?.dataSync()[0];
    expect([run(), run(), run()]).toEqual([1, 2, 3]);
    program.pull();
    expect(counter.dataSync()[0]).toBe(4);
    counter.assign(tf.scalar(10));
    program.push();
    expect(run()).toBe(10);
  });

  it("gives the same with frozen variables, whose values are part of the graph", async () => {
    const weight = tf.variable(tf.tensor1d([1, 2, 3]));
    const step: Step = { inputs: {}, run: () => ({ outputs: { y: weight.square() } }) };
    const program = await compile({ step }, { variables: [weight], frozen: true });
    weight.assign(tf.tensor1d([0, 0, 0]));
    const expected = program.mode === "graph" ? [1, 4, 9] : [0, 0, 0];
    expect([...(program.run("step", {}).y?.dataSync() ?? [])]).toEqual(expected);
  });

  it("computes in bfloat16 with three digits of float32's result", async () => {
    if (!native) return;
    const weight = tf.variable(tf.randomNormal([64, 64], 0, 1, "float32", 3));
    const product: Step = {
      inputs: { x: { shape: [64, 64], dtype: "float32" } },
      run: ({ x }) => ({ outputs: { y: tf.matMul(x as tf.Tensor, weight) } }),
    };
    const x = tf.randomNormal([64, 64], 0, 1, "float32", 4);
    const program = await compile({ product }, { variables: [weight], precision: "bfloat16" });
    const y = program.run("product", { x }).y as tf.Tensor;
    const error = y.sub(tf.matMul(x, weight)).abs().max().dataSync()[0] ?? NaN;
    expect(error).toBeLessThan(0.3);
    expect(error).toBeGreaterThan(1e-4); // bfloat16 was really used
  });

  it("counts programs that were not disposed of", async () => {
    const program = await compile({ step: constantStep(() => tf.scalar(1)) }, { variables: [] });
    expect(openPrograms()).toBe(1);
    program.dispose();
    program.dispose();
    expect(openPrograms()).toBe(0);
  });

  it("refuses the same function on the same shapes twice, which would be recorded twice", async () => {
    const step = constantStep(() => tf.scalar(1));
    await expect(compile({ a: step, b: { ...step } }, { variables: [] })).rejects.toThrow(
      "steps a and b are one function on the same shapes: it would be recorded twice",
    );
  });

  it("refuses inputs of another shape, missing and unknown ones, and unknown steps", async () => {
    const { step, variables } = regression();
    const program = await compile({ train: step }, { variables });
    const { x, y } = feeds();
    expect(() => program.run("train", { x, y: x })).toThrow(
      "step train: input y must be float32 [4, 1], got float32 [4, 3]",
    );
    expect(() => program.run("train", { x })).toThrow("step train: input y is missing");
    expect(() => program.run("train", { x, y, z: y })).toThrow("step train: has no input named z");
    expect(() => program.run("test", { x, y })).toThrow("no step named test: there are train");
  });
});

describe("recording", () => {
  const refused = async (step: Step, variables: tf.Variable[] = []): Promise<string> => {
    const result = await compile({ step }, { variables }).catch((error: unknown) => (error as Error).message);
    return typeof result === "string" ? result : "was recorded";
  };

  it("refuses a random number drawn in JavaScript, which would be frozen in the graph", async () => {
    if (!native) return;
    expect(await refused(constantStep(() => tf.randomUniform([3]).mul(2)))).toContain("feed it as an input");
  });

  it("refuses a tensor that comes from outside the step", async () => {
    if (!native) return;
    const outside = tf.tensor1d([1, 2]);
    expect(await refused(constantStep(() => outside.mul(2)))).toContain(
      "a tensor of shape [2] comes from outside the step; make it an input, or name it among the program's variables",
    );
  });

  it("refuses to read values back, and to assign", async () => {
    if (!native) return;
    expect(await refused(constantStep(() => tf.scalar(tf.scalar(2).square().dataSync()[0] ?? 0)))).toContain(
      "read back",
    );
    const variable = tf.variable(tf.scalar(1), true, "counter");
    const assigning = constantStep(() => {
      variable.assign(variable.add(1));
      return tf.scalar(1);
    });
    expect(await refused(assigning, [variable])).toContain(
      "assigns counter; return its new value as an update instead",
    );
  });

  it("refuses an update of a variable that is not the program's, and two variables in one memory", async () => {
    if (!native) return;
    const variable = tf.variable(tf.scalar(1), true, "stray");
    const step: Step = {
      inputs: {},
      run: () => ({ outputs: {}, updates: new Map([[variable, tf.scalar(2)]]) }),
    };
    expect(await refused(step)).toContain("updates stray, which is not among the program's variables");
    const alias = tf.variable(variable.clone(), true, "alias");
    expect(
      await refused(
        constantStep(() => tf.scalar(1)),
        [variable, alias],
      ),
    ).toContain("alias shares its memory");
  });

  it("leaves no tensor behind", async () => {
    const { step, variables } = regression();
    const before = tf.memory().numTensors;
    const program = await compile({ train: step }, { variables });
    for (let i = 0; i < 3; i++) {
      const inputs = feeds();
      tf.dispose([inputs, program.run("train", inputs)]);
    }
    program.pull();
    program.push();
    expect(tf.memory().numTensors).toBe(before);
  });
});

function constantStep(value: () => tf.Tensor): Step {
  return { inputs: {}, run: () => ({ outputs: { value: value() } }) };
}
