import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../../../src/engine/load.ts";
import { runLoop } from "../../../src/engine/graph/loop.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import type { Step } from "../../../src/engine/graph/step.ts";

const native = (await loadEngine()).name === "native";

/** sum = weight * sum + x[i], and a count; keeps the sums, and half the count. `times` is the length of x. */
function loopStep(times: number, backwards: boolean, weight: tf.Variable): Step {
  return {
    inputs: { x: { shape: [times, 2], dtype: "float32" }, start: { shape: [2], dtype: "float32" } },
    run({ x, start }) {
      const { carried, kept } = runLoop({
        scanned: [x as tf.Tensor],
        carried: [start as tf.Tensor, tf.scalar(0, "int32")],
        backwards,
        body([row], [sum, count]) {
          const next = tf.add((sum as tf.Tensor).mul(weight), row as tf.Tensor);
          const one = tf.add(count as tf.Tensor, tf.scalar(1, "int32"));
          const inner = runLoop({ scanned: [tf.ones([2, 1])], carried: [tf.zeros([1])], body: ([a], [b]) => ({ carried: [tf.add(a as tf.Tensor, b as tf.Tensor)], kept: [] }) }); // prettier-ignore
          return { carried: [next, one], kept: [next, one.toFloat().div(inner.carried[0] as tf.Tensor)] };
        },
      });
      return { outputs: { sum: carried[0] as tf.Tensor, count: carried[1] as tf.Tensor, sums: kept[0] as tf.Tensor, halves: kept[1] as tf.Tensor } }; // prettier-ignore
    },
  };
}

describe.runIf(native)("a loop", () => {
  beforeAll(() => tf.setBackend("tensorflow"));

  it.each([
    { backwards: false, sums: [[11, 7], [24, 16], [52, 35]], last: [52, 35], halves: [0.5, 1, 1.5] },
    { backwards: true, sums: [[61, 41], [30, 20], [14, 9]], last: [61, 41], halves: [1.5, 1, 0.5] },
  ])("gives the same recorded and time by time, backwards: $backwards", async ({ backwards, sums, last, halves }) => {
    const weight = tf.variable(tf.scalar(2));
    for (const mode of ["auto", "eager"] as const) {
      const program = await compileProgram({ loop: loopStep(3, backwards, weight) }, { variables: [weight], mode });
      const inputs = { x: tf.tensor2d([[1, 1], [2, 2], [4, 3]]), start: tf.tensor1d([5, 3]) };
      const found = program.run("loop", inputs);
      expect(found.sums?.arraySync()).toEqual(sums);
      expect(found.sum?.arraySync()).toEqual(last);
      expect(found.count?.dataSync()[0]).toBe(3);
      expect([...(found.halves?.dataSync() ?? [])]).toEqual(halves);
      tf.dispose([inputs, found]);
      program.dispose();
    }
    weight.dispose();
  }); // prettier-ignore

  it("takes as many nodes for a thousand times as for three", () => {
    const weight = tf.variable(tf.scalar(2));
    const sizes = [3, 1000].map((times) => {
      const options = { variables: [weight], readAs: () => "loop/read_0:0" };
      return recordStep("loop", loopStep(times, false, weight), options).nodes.length;
    });
    expect(sizes[0]).toBe(sizes[1]);
    weight.dispose();
  });
});
