import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { frozenBatchNorm } from "../../../src/core/ops/batchNorm.ts";
import { foldNormalization } from "../../../src/engine/graph/foldNormalization.ts";
import type { GraphNode } from "../../../src/engine/graph/graphDef.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { recordStep } from "../../../src/engine/graph/recorder.ts";
import { stepNodes } from "../../../src/engine/graph/sessionNodes.ts";
import type { Step } from "../../../src/engine/graph/step.ts";
import { loadEngine } from "../../../src/engine/load.ts";

let native = false;
beforeAll(async () => {
  native = (await loadEngine()).name === "native";
});

const random = new Random(4);
const numbers = (...shape: number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.uniform(0.2, 1.2)),
    shape,
  );

type Norm = (x: tf.Tensor4D) => tf.Tensor4D;

/** A network of one convolution, and what follows it; with its variables. */
function network(then: (x: tf.Tensor4D, norm: Norm, bias: tf.Tensor) => tf.Tensor | tf.Tensor[], depthwise = false) {
  const kernel = tf.variable(depthwise ? numbers(3, 3, 4, 2) : numbers(3, 3, 4, 8)) as tf.Variable<tf.Rank.R4>;
  const [gamma, beta, mean, variance, bias] = Array.from({ length: 5 }, () => tf.variable(numbers(8))) as
    [tf.Variable<tf.Rank.R1>, tf.Variable<tf.Rank.R1>, tf.Variable<tf.Rank.R1>, tf.Variable<tf.Rank.R1>, tf.Variable]; // prettier-ignore
  const norm: Norm = (y) => frozenBatchNorm(y, gamma, beta, mean, variance, 0.01);
  const step: Step = {
    inputs: { x: { shape: [2, 6, 5, 4], dtype: "float32" } },
    run({ x }) {
      const y = depthwise ? tf.depthwiseConv2d(x as tf.Tensor4D, kernel, 2, "same") : tf.conv2d(x as tf.Tensor4D, kernel, 1, "same"); // prettier-ignore
      const outputs = [then(y, norm, bias)].flat();
      return { outputs: Object.fromEntries(outputs.map((output, i) => [`out${i}`, output])) };
    },
  };
  return { step, variables: [kernel, gamma, beta, mean, variance, bias] };
}

function opsOf({ step, variables }: ReturnType<typeof network>, frozen = true): string[] {
  const readAs = (variable: tf.Variable): string => `s/read_${variables.indexOf(variable)}:0`;
  const recording = recordStep("s", step, { variables, readAs });
  return stepNodes("s", recording, { variables, frozen, bfloat16: false }).map(({ op }) => op);
}

describe("foldNormalization", () => {
  const folded = {
    "a convolution": () => network((x, norm) => tf.relu(norm(x))),
    "a depthwise convolution of two maps a channel": () => network((x, norm) => tf.relu6(norm(x)), true),
    "a convolution with a bias": () => network((x, norm, bias) => norm(x.add<tf.Tensor4D>(bias))),
  };
  it.each(Object.entries(folded))("leaves no normalisation behind %s, and the same numbers", async (_, make) => {
    const made = make();
    const inputs = { x: numbers(2, 6, 5, 4) };
    const plain = made.step.run(inputs).outputs.out0?.dataSync<"float32">() ?? [];
    if (native) {
      expect(opsOf(made)).not.toContain("FusedBatchNormV3");
      expect(opsOf(made).filter((op) => op === "BiasAdd")).toHaveLength(1);
      expect(opsOf(made)).not.toContain("Add");
      expect(opsOf(made, false)).toContain("FusedBatchNormV3"); // what may change stays as it is
    }
    const program = await compileProgram({ s: made.step }, { variables: made.variables, frozen: true });
    const values = program.run("s", inputs).out0?.dataSync<"float32">() ?? [];
    expect(values).toHaveLength(plain.length);
    values.forEach((value, i) => {
      expect(Math.abs(value - (plain[i] ?? NaN))).toBeLessThan(1e-4 * Math.max(1, Math.abs(plain[i] ?? NaN)));
    });
    program.dispose();
  });

  const kept = {
    "is an output itself": () => network((x, norm) => [x, norm(x)]),
    "is used by others as well": () => network((x, norm) => norm(x).add(x)),
    "is not a convolution": () => network((x, norm) => norm(tf.maxPool(x, 2, 1, "same"))),
    "has a bias for each pixel": () => network((x, norm) => norm(x.add(tf.range(0, 6).reshape([1, 6, 1, 1])))),
  };
  it.each(Object.entries(kept))("keeps the normalisation where what is before it %s", (_, make) => {
    const made = make();
    if (native) expect(opsOf(made)).toContain("FusedBatchNormV3");
  });

  it("keeps normalisation by the batch's own statistics", () => {
    const constant = (name: string): GraphNode => {
      const tensor = { dtype: 1, tensorShape: { dim: [{ size: 1 }] }, tensorContent: new Uint8Array(4) };
      return { name, op: "Const", input: [], attr: { value: { tensor } } };
    };
    const norm = (training: boolean): GraphNode => ({
      ...{ name: "n", op: "FusedBatchNormV3", input: ["c:0", "k:0", "k:0", "k:0", "k:0"] },
      attr: { is_training: { b: training }, epsilon: { f: 1 } },
    });
    const convolution: GraphNode = { name: "c", op: "Conv2D", input: ["x:0", "k:0"], attr: {} };
    const nodes = (training: boolean) => [constant("k"), convolution, norm(training)];
    expect(foldNormalization(nodes(true), new Set())).toEqual(nodes(true));
    expect(foldNormalization(nodes(false), new Set()).map(({ op }) => op)).toEqual(["Const", "Const", "Conv2D", "Const", "BiasAdd"]); // prettier-ignore
    expect(foldNormalization(nodes(false), new Set(["n:1"]))).toEqual(nodes(false)); // its statistics are asked for
  });
});
