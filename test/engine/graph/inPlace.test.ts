import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { updateInPlace } from "../../../src/engine/graph/inPlace.ts";
import { compileProgram, openPrograms, type Program, type ProgramOptions } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import type { NamedTensors, Step, Updates } from "../../../src/engine/graph/step.ts";
import type { Target } from "../../../src/engine/graph/target.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const native = (await loadEngine()).name === "native";
const programs: Program[] = [];

afterEach(() => {
  for (const program of programs.splice(0)) program.dispose();
  expect(openPrograms()).toBe(0);
  tf.disposeVariables();
});

/** v = v / 2 - g and w = w + v: momentum at a rate of 1. */
function moved(w: tf.Variable, v: tf.Variable, gradient: tf.Tensor, start: tf.Tensor = w): [tf.Tensor, tf.Tensor] {
  const op = {
    op: "ResourceApplyKerasMomentum",
    variables: new Map([[w, start], [v, v]]), // prettier-ignore
    inputs: [1, gradient, 0.5],
  };
  const plain = (): tf.Tensor[] => {
    const newV = v.mul(0.5).sub(gradient);
    return [start.add(newV), newV];
  };
  return updateInPlace(op, plain) as [tf.Tensor, tf.Tensor];
}

const pair = (): [tf.Variable, tf.Variable] => [
  tf.variable(tf.tensor1d([1, 2, -3]), true, "w"),
  tf.variable(tf.tensor1d([4, 0, 8]), false, "v"),
];

type Run = (w: tf.Variable, v: tf.Variable, g: tf.Tensor) => { outputs?: NamedTensors; updates?: Updates };

const stepOf = (w: tf.Variable, v: tf.Variable, run: Run): Step => ({
  inputs: { g: { shape: [3], dtype: "float32" } },
  run: ({ g }) => ({ outputs: { g: (g as tf.Tensor).clone() }, ...run(w, v, g as tf.Tensor) }),
});

/** Outputs of a step that is run twice with the gradient 1, 2, 3, and what becomes of w and v. */
async function twice(run: Run, options: Partial<ProgramOptions>): Promise<Record<string, number[][]>> {
  const [w, v] = pair();
  const program = await compileProgram({ step: stepOf(w, v, run) }, { variables: [w, v], ...options });
  programs.push(program);
  const seen: Record<string, number[][]> = {};
  const see = (values: NamedTensors): void => {
    for (const [key, value] of Object.entries(values)) (seen[key] ??= []).push([...value.dataSync()]);
  };
  for (let i = 0; i < 2; i++) {
    see(program.run("step", { g: tf.tensor1d([1, 2, 3]) }));
    program.pull();
    see({ w, v });
  }
  delete seen.g;
  return seen;
}

const modes = [
  ["op by op", { mode: "eager" }],
  ["compiled", { mode: "auto" }],
  ["compiled of portable ops", { mode: "auto", target: "portable" }],
] as const;

describe.each(modes)("updateInPlace, %s", (_, options) => {
  it("gives new values to the variables, while the step sees the old ones and goes on with the new", async () => {
    const found = await twice((w, v, g) => {
      const early = w.mul(10);
      const [newW, newV] = moved(w, v, g);
      const outputs = { early, late: w.mul(100), after: newW.add(newV) };
      return { outputs, updates: new Map([[w, newW], [v, newV]]) }; // prettier-ignore
    }, options);
    expect(found).toEqual({
      early: [[10, 20, -30], [20, 0, -20]],
      late: [[100, 200, -300], [200, 0, -200]],
      after: [[3, -2, -1], [1, -6, -7]],
      w: [[2, 0, -2], [1.5, -3, -4.5]],
      v: [[1, -2, 1], [-0.5, -3, -2.5]],
    }); // prettier-ignore
  });

  it("starts from another value where it is told one", async () => {
    const found = await twice((w, v, g) => {
      const [newW, newV] = moved(w, v, g, w.mul(2));
      return { outputs: { old: w.clone() }, updates: new Map([[w, newW], [v, newV]]) }; // prettier-ignore
    }, options);
    expect(found.old).toEqual([[1, 2, -3], [3, 2, -5]]); // prettier-ignore
    expect(found.w).toEqual([[3, 2, -5], [5.5, 1, -12.5]]); // prettier-ignore
  });

  it("lets the step make something else of the new value, or keep the old one", async () => {
    const found = await twice((w, v, g) => {
      const [newW, newV] = moved(w, v, g);
      return { updates: new Map([[w, newW.clipByValue(-1, 1)], [v, tf.where(newV.greater(0), newV, v)]]) }; // prettier-ignore
    }, options);
    expect(found.w).toEqual([[1, 0, -1], [0.5, -1, -1]]); // prettier-ignore
    expect(found.v).toEqual([[1, 0, 1], [1, 0, 1]]); // prettier-ignore
  });

  it("leaves a variable as it is whose new value is not among the updates", async () => {
    const found = await twice((w, v, g) => ({ updates: new Map([[w, moved(w, v, g)[0]]]) }), options);
    expect(found.w).toEqual([[2, 0, -2], [3, -2, -1]]); // prettier-ignore
    expect(found.v).toEqual([[4, 0, 8], [4, 0, 8]]); // prettier-ignore
  });

  it("computes both of two updates of a variable from the old value", async () => {
    const found = await twice((w, v, g) => {
      const [first, second] = [moved(w, v, g), moved(w, v, g.mul(2))];
      return { outputs: { first: first[0] }, updates: new Map([[w, second[0]], [v, first[1]]]) }; // prettier-ignore
    }, options);
    expect(found.first).toEqual([[2, 0, -2], [0.5, -5, -7.5]]); // prettier-ignore
    expect(found.w).toEqual([[1, -2, -5], [-0.5, -7, -10.5]]); // prettier-ignore
    expect(found.v).toEqual([[1, -2, 1], [-0.5, -3, -2.5]]); // prettier-ignore
  });

  it("updates a variable in whose place another is read", async () => {
    const [w, v] = pair();
    const other = tf.variable(tf.tensor1d([10, 20, 30]), false, "other");
    const step: Step = {
      ...stepOf(w, v, (w, v, g) => ({ updates: new Map([[w, moved(w, v, g)[0]]]) })),
      reading: new Map([[w, other]]),
    };
    const program = await compileProgram({ step }, { variables: [w, v, other], ...options });
    programs.push(program);
    program.run("step", { g: tf.tensor1d([1, 2, 3]) });
    program.pull();
    expect([...other.dataSync()]).toEqual([10, 20, 30]);
    if (program.mode === "graph") expect([...w.dataSync()]).toEqual([11, 18, 31]);
  });

  it("touches no tensor that holds a value from before: pushed, pulled or given out", async () => {
    const [w, v] = pair();
    const step = stepOf(w, v, (w, v, g) => {
      const [newW, newV] = moved(w, v, g);
      return { outputs: { old: w.clone(), newW: newW.clone() }, updates: new Map([[w, newW], [v, newV]]) }; // prettier-ignore
    });
    const program = await compileProgram({ step }, { variables: [w, v], ...options });
    programs.push(program);
    const pushed = w.clone();
    const run = () => program.run("step", { g: tf.tensor1d([1, 2, 3]) });
    const first = run();
    program.pull();
    const pulled = w.clone();
    const second = run();
    run();
    const values = [pushed, first.old, first.newW, pulled, second.old, second.newW].map((tensor) => [
      ...(tensor?.dataSync() ?? []),
    ]);
    expect(values).toEqual([[1, 2, -3], [1, 2, -3], [2, 0, -2], [2, 0, -2], [2, 0, -2], [1.5, -3, -4.5]]); // prettier-ignore
  });
});

describe.skipIf(!native)("a recorded update in place", () => {
  const opsOf = (target: Target, [w, v] = pair()): string[] => {
    const step = stepOf(w, v, (w, v, g) => ({ updates: new Map([[w, moved(w, v, g)[0]]]) }));
    const { nodes } = recordStep("step", step, { variables: [w, v], readAs: ({ name }) => `${name}:0`, target });
    return nodes.map(({ op }) => op);
  };

  it("is one op, after what it is given", () => {
    expect(opsOf("native")).toEqual(["Placeholder", "Const", "Const", "ResourceApplyKerasMomentum"]);
  });

  it("is plain ops for a target that knows no others", () => {
    expect(opsOf("portable")).toEqual(["Placeholder", "Const", "Mul", "Sub", "Add"]);
  });

  it("leaves no tensor behind", () => {
    const variables = pair();
    const before = tf.memory().numTensors;
    opsOf("native", variables);
    expect(tf.memory().numTensors).toBe(before);
  });
});
