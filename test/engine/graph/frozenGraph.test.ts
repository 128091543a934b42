import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { freezeStep } from "../../../src/engine/graph/frozenGraph.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";

const native = (await loadEngine()).name === "native";

describe.runIf(native)("freezeStep", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  const step = (run: Step["run"]): Step => ({ inputs: { x: { shape: [2, 3], dtype: "float32" } }, run });
  const ops = (nodes: readonly { op: string }[]): string[] => nodes.map(({ op }) => op).filter((op) => op !== "Const");

  it("has variables under their names as constants, and what depends on no input computed", async () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]));
    const frozen = await freezeStep(
      step(({ x }) => ({ outputs: { y: tf.mul(x as tf.Tensor, w.reshape([1, 3]).tile([2, 1]).add(1)) } })),
      new Map([["layer one/kernel", w]]),
      "native",
    );
    expect(ops(frozen.nodes)).toEqual(["Placeholder", "Mul"]);
    const [, other = ""] = frozen.nodes.at(-1)?.input ?? [];
    const constant = frozen.nodes.find(({ name }) => `${name}:0` === other);
    const { tensor } = constant?.attr.value as { tensor: { tensorContent: Uint8Array } };
    expect(new Float32Array(tensor.tensorContent.slice().buffer)).toEqual(Float32Array.of(2, 3, 4, 2, 3, 4));
    expect(frozen.values.get(other)).toMatchObject({ shape: [2, 3], dtype: "float32" });
  });

  it("leaves out what no output needs, and keeps an input that nothing takes", async () => {
    const frozen = await freezeStep(
      {
        inputs: { x: { shape: [2, 3], dtype: "float32" }, unused: { shape: [1], dtype: "int32" } },
        run({ x }) {
          (x as tf.Tensor).exp();
          return { outputs: { y: tf.neg(x as tf.Tensor) } };
        },
      },
      new Map(),
      "native",
    );
    expect(ops(frozen.nodes)).toEqual(["Placeholder", "Placeholder", "Neg"]);
  });

  it("computes what is large anew, rather than keeping it", async () => {
    const w = tf.variable(tf.tensor2d([[3, 1, 2]]));
    const frozen = await freezeStep(
      step(({ x }) => ({ outputs: { y: tf.add((x as tf.Tensor).sum(), w.sum().add(tf.zeros([600, 600]))) } })),
      new Map([["w", w]]),
      "native",
    );
    const shapes = frozen.nodes
      .filter(({ op }) => op === "Add")
      .map(({ name }) => frozen.values.get(`${name}:0`)?.shape);
    expect(shapes).toEqual([[600, 600], [600, 600]]); // prettier-ignore
  });
});

it.runIf(!native)("says that it takes native TensorFlow", async () => {
  const step: Step = { inputs: {}, run: () => ({ outputs: {} }) };
  await expect(freezeStep(step, new Map(), "native")).rejects.toThrow("exported by native TensorFlow");
});
