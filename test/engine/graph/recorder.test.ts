import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { graphType } from "../../../src/engine/graph/listen.ts";
import { nativeOp } from "../../../src/engine/graph/nativeOp.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import type { Recording } from "../../../src/engine/graph/recording.ts";
import { openSession } from "../../../src/engine/graph/session.ts";
import { stepNodes, variableNodes, variableRead } from "../../../src/engine/graph/sessionNodes.ts";
import type { Step } from "../../../src/engine/graph/step.ts";

const native = (await loadEngine()).name === "native";

const record = (step: Step, variables: tf.Variable[] = []): Recording =>
  recordStep("step", step, { variables, readAs: (variable) => variableRead("step", variables.indexOf(variable)) });

/** Floats, whole numbers, truths and bytes; ops with one output and with several; a constant, a variable, an update. */
function manyTypes(): { step: Step; variables: tf.Variable[] } {
  const weight = tf.variable(tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]), true, "weight");
  const count = tf.variable(tf.scalar(7, "int32"), false, "count");
  const step: Step = {
    inputs: {
      x: { shape: [4, 3], dtype: "float32" },
      n: { shape: [5], dtype: "int32" },
      on: { shape: [2, 1, 2], dtype: "bool" },
      bytes: { shape: [1, 2, 3], dtype: "uint8" },
    },
    run({ x, n, on, bytes }) {
      const best = tf.topk(tf.matMul(x as tf.Tensor2D, weight).reshape([2, 4]), 3); // two outputs
      const parts = tf.split((n as tf.Tensor).slice([1], [4]), [1, 3]); // two outputs
      const packed = nativeOp("Bitcast", { T: "int32", type: "uint8" }, [n as tf.Tensor])[0]; // bytes; int32 for tfjs
      const outputs = {
        values: best.values,
        indices: best.indices,
        off: tf.logicalNot(on as tf.Tensor),
        more: (parts[1] as tf.Tensor).greater(tf.tensor1d([1, 2, 3], "int32")),
        image: (bytes as tf.Tensor).toFloat().mul(2),
        unpacked: nativeOp("Cast", { SrcT: "uint8", DstT: "int32", Truncate: false }, [packed])[0],
        raised: (on as tf.Tensor).expandDims(1),
      };
      const updates = new Map<tf.Variable, tf.Tensor>([
        [count, count.add(tf.scalar(1, "int32"))],
        [weight, weight.mul(0.5)],
      ]);
      return { outputs, updates };
    },
  };
  return { step, variables: [weight, count] };
}

const feeds = (): Record<string, tf.Tensor> => ({
  x: tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 3]),
  n: tf.tensor1d([5, 4, 3, 2, 258], "int32"),
  on: tf.tensor3d([1, 0, 0, 1], [2, 1, 2], "bool"),
  bytes: tf.tensor3d([0, 1, 127, 128, 200, 255], [1, 2, 3], "int32"),
});

describe.skipIf(!native)("recordStep", () => {
  afterEach(() => {
    tf.disposeVariables();
  });

  it("keeps shape and type of every value, as TensorFlow has them when the graph runs", async () => {
    const { step, variables } = manyTypes();
    const recording = record(step, variables);
    const options = { variables, frozen: true, bfloat16: false };
    const session = await openSession([...variableNodes(variables), ...stepNodes("step", recording, options)]);
    const fed = Object.entries(feeds()).map(([key, value]) => ({
      to: `step/${key}:0`,
      value,
      bytes: step.inputs[key]?.dtype === "uint8",
    }));
    // What is fed cannot be fetched.
    const values = [...recording.results.values()].filter(({ source }) => fed.every(({ to }) => to !== source));
    const found = session.run(
      fed,
      values.map(({ source }) => source),
    );
    session.close();
    const ran = found.map((tensor, i) => ({
      source: values[i]?.source,
      shape: tensor.shape,
      dtype: graphType(tensor),
    }));
    expect(values).toEqual(ran);
    expect(new Set(ran.map(({ dtype }) => dtype))).toEqual(new Set(["float32", "int32", "bool", "uint8"]));
    const outputsOf = (op: string): number => values.filter(({ source }) => source.startsWith(`step/${op}_`)).length;
    expect([outputsOf("TopKV2"), outputsOf("SplitV"), outputsOf("constant")]).toEqual([2, 2, 11]);
  });

  it("names what goes in, what comes out and what is updated", () => {
    const { step, variables } = manyTypes();
    const { inputs, outputs, updates } = record(step, variables);
    expect(inputs.get("bytes")).toEqual({ source: "step/bytes:0", shape: [1, 2, 3], dtype: "uint8" });
    expect([...inputs.keys()]).toEqual(["x", "n", "on", "bytes"]);
    const kinds = Object.fromEntries([...outputs].map(([key, { shape, dtype }]) => [key, [dtype, ...shape]]));
    expect(kinds).toEqual({
      values: ["float32", 2, 3],
      indices: ["int32", 2, 3],
      off: ["bool", 2, 1, 2],
      more: ["bool", 3],
      image: ["float32", 1, 2, 3],
      unpacked: ["int32", 5, 4],
      raised: ["bool", 2, 1, 1, 2],
    });
    const updated = [...updates].map(([{ name }, { shape, dtype }]) => [name, dtype, ...shape]);
    expect(updated).toEqual([["count", "int32"], ["weight", "float32", 3, 2]]); // prettier-ignore
  });

  it("takes bytes through one cast, in a graph and op by op alike", async () => {
    const step: Step = {
      inputs: { bytes: { shape: [1, 2, 3], dtype: "uint8" } },
      run: ({ bytes }) => ({ outputs: { image: (bytes as tf.Tensor).toFloat().mul(0.5) } }),
    };
    const { nodes } = record(step);
    expect(nodes.map(({ op }) => op)).toEqual(["Placeholder", "Cast", "Const", "Mul"]);
    expect(nodes[0]?.attr.dtype).toEqual({ type: 4 });
    expect(nodes[1]?.attr).toMatchObject({ SrcT: { type: 4 }, DstT: { type: 1 } });
    for (const mode of ["auto", "eager"] as const) {
      const program = await compileProgram({ step }, { variables: [], mode });
      const bytes = tf.tensor3d([0, 1, 127, 128, 200, 255], [1, 2, 3], "int32");
      expect([...(program.run("step", { bytes }).image?.dataSync() ?? [])]).toEqual([0, 0.5, 63.5, 64, 100, 127.5]);
      expect(() => program.run("step", { bytes: bytes.toFloat() })).toThrow("input bytes must be int32 [1, 2, 3]");
      program.dispose();
    }
  });

  it("refuses to compute with bytes, which tfjs takes for int32", () => {
    const step: Step = {
      inputs: { bytes: { shape: [2], dtype: "uint8" } },
      run: ({ bytes }) => ({ outputs: { twice: (bytes as tf.Tensor).add(bytes as tf.Tensor) } }),
    };
    expect(() => record(step)).toThrow(
      "step step: Add takes the bytes of input bytes; cast them to another type first",
    );
  });
});
