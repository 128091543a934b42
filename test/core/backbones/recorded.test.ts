import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { buildBackbone, type BackboneName } from "../../../src/core/backbones/index.ts";
import { batchNormsOf } from "../../../src/core/layers/batchNorm.ts";
import { collectUpdates } from "../../../src/core/updates.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";

const native = (await loadEngine()).name === "native";

/** Five steps of gradient descent on the mean square of every map: losses, a gradient each, and all weights after. */
async function fiveSteps(name: BackboneName, statistics: "batch" | "moving", mode: "auto" | "eager") {
  const backbone = buildBackbone(name, { random: new Random(3), width: 0.35 });
  for (const layer of batchNormsOf(backbone.model)) layer.statistics = statistics;
  const outputs = backbone.features.map(({ output }) => output);
  const model = tf.model({ inputs: backbone.model.inputs, outputs });
  const variableOf = (weight: tf.LayerVariable): tf.Variable => weight.read() as unknown as tf.Variable;
  const variables = model.weights.map(variableOf);
  const trained = model.trainableWeights.map(variableOf);
  const step = {
    inputs: { images: { shape: [4, 64, 96, 3], dtype: "float32" as const } },
    run: ({ images }: Record<string, tf.Tensor>) => {
      const loss = (): tf.Scalar => {
        const maps = model.apply(images as tf.Tensor, { training: true }) as tf.Tensor[];
        return tf.addN(maps.map((map) => map.sub(1).square().mean()));
      };
      const { result, updates } = collectUpdates(() => tf.variableGrads(loss, trained));
      for (const variable of trained) {
        updates.set(variable, variable.sub((result.grads[variable.name] as tf.Tensor).mul(0.005)));
      }
      const first = result.grads[trained[0]?.name ?? ""] as tf.Tensor;
      return { outputs: { loss: result.value, gradient: first }, updates };
    },
  };
  const program = await compileProgram({ step }, { variables, mode });
  const rows: Float32Array[] = [];
  for (let i = 0; i < 5; i++) {
    const images = tf.randomUniform([4, 64, 96, 3], -1, 1, "float32", 1);
    const { loss, gradient } = program.run("step", { images });
    rows.push(loss?.dataSync() as Float32Array, gradient?.dataSync() as Float32Array);
  }
  program.pull();
  for (const variable of variables) rows.push(variable.dataSync<"float32">().slice());
  program.dispose();
  return { rows, mode: program.mode };
}

/** The largest difference, over the larger of the row's scale and one. */
function difference(a: Float32Array, b: Float32Array): number {
  const scale = a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? NaN))), 0) / scale;
}

describe.skipIf(!native)("a recorded step of a backbone", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each<[BackboneName, "batch" | "moving"]>([
    ["small", "batch"],
    ["small", "moving"],
    ["mobilenet-v1", "batch"],
    ["mobilenet-v2", "moving"],
    ["mobilenet-v3-small", "moving"],
    ["efficientnet-b0", "moving"],
  ])("gives what the eager one gives over five steps: %s, statistics %s", async (name, statistics) => {
    const eager = await fiveSteps(name, statistics, "eager");
    tf.disposeVariables();
    const recorded = await fiveSteps(name, statistics, "auto");
    expect([eager.mode, recorded.mode]).toEqual(["eager", "graph"]);
    expect(recorded.rows.length).toBe(eager.rows.length);
    expect(eager.rows[8]?.[0]).toBeLessThan(eager.rows[0]?.[0] ?? 0);
    const differences = eager.rows.map((row, i) => difference(row, recorded.rows[i] ?? new Float32Array()));
    expect(Math.max(...differences)).toBeLessThan(1e-3);
  });
});
