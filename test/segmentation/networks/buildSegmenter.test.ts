import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { weightsOf, weightValues } from "../../../src/core/namedWeights.ts";
import { collectUpdates } from "../../../src/core/updates.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { Architecture } from "../../../src/segmentation/networks/architecture.ts";
import { buildSegmenter } from "../../../src/segmentation/networks/buildSegmenter.ts";

const native = (await loadEngine()).name === "native";
const OUTPUTS = 2;

const settings: [name: string, settings: Record<string, unknown>][] = [
  ["a U-Net", {}],
  ["a U-Net that unpools valid maps", { upsampling: "unpooling", padding: "valid" }],
  ["a U-Net that shuffles", { upsampling: "subpixel" }],
  ["a U-Net of bilinear valid maps", { upsampling: "bilinear", padding: "valid" }],
  ["a U-Net on a backbone", { backbone: "small", depth: 3, upsampling: "nearest" }],
  ["FCN-8s", { kind: "fcn", stride: 8, backbone: "small" }],
];
const architectureOf = (given: Record<string, unknown>): Architecture =>
  Architecture.parse({ kind: "unet", filters: 4, depth: 2, ...given });

/** Steps of gradient descent towards a pattern: the losses, and all weights after them. */
async function train(given: Record<string, unknown>, mode: "auto" | "eager", steps: number) {
  const { model, margin } = buildSegmenter(architectureOf(given), OUTPUTS, new Random(3));
  const [variables, trained] = [weightsOf(model, false), weightsOf(model, true)];
  // At stride 32 a batch of two cells would be normalised to whatever its rounding is.
  const [height, width] = given.kind === "fcn" ? [64, 96] : [16, 24];
  const images = tf.randomUniform([2, height + 2 * margin, width + 2 * margin, 3], -1, 1, "float32", 1);
  const target = tf.range(0, 2 * height * width * OUTPUTS).mod(5).reshape([2, height, width, OUTPUTS]); // prettier-ignore
  const spec = ({ shape }: tf.Tensor) => ({ shape, dtype: "float32" as const });
  const step = {
    inputs: { images: spec(images), target: spec(target) },
    run: ({ images, target }: Record<string, tf.Tensor>) => {
      const loss = (): tf.Scalar =>
        (model.apply(images as tf.Tensor, { training: true }) as tf.Tensor)
          .sub(target as tf.Tensor)
          .square()
          .mean();
      const { result, updates } = collectUpdates(() => tf.variableGrads(loss, trained));
      for (const v of trained) updates.set(v, v.sub((result.grads[v.name] as tf.Tensor).mul(0.002)));
      return { outputs: { loss: result.value }, updates };
    },
  };
  const before = weightValues(model);
  const start = new Map([...before].map(([name, { values }]) => [name, values.slice()]));
  const program = await compileProgram({ step }, { variables, mode });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(program.run("step", { images, target }).loss?.dataSync()[0] ?? NaN);
  program.pull();
  const weights = new Map([...weightValues(model)].map(([name, { values }]) => [name, values.slice()]));
  const { mode: ran } = program;
  program.dispose();
  return { start, losses, weights, mode: ran };
}

describe("a segmenter's network", () => {
  beforeAll(() => loadEngine());
  afterEach(() => {
    tf.disposeVariables();
  });

  it.each(settings)("learns in a step that is recorded as it does op by op: %s", async (_, given) => {
    const eager = await train(given, "eager", 5);
    tf.disposeVariables();
    const recorded = await train(given, "auto", 5);
    expect([eager.mode, recorded.mode]).toEqual(["eager", native ? "graph" : "eager"]);
    expect(eager.losses[4]).toBeLessThan(eager.losses[0] ?? 0);
    for (const [i, loss] of eager.losses.entries()) expect(recorded.losses[i]).toBeCloseTo(loss, 3);
    expect([...recorded.weights.keys()]).toEqual([...eager.weights.keys()]);
    for (const [name, values] of eager.weights) {
      const others = recorded.weights.get(name) ?? [];
      const off = values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (others[i] ?? NaN))), 0);
      expect(off, name).toBeLessThan(1e-3);
      const own = eager.start.get(name) ?? values;
      expect(values.some((value, i) => value !== own[i]), `${name} learns`).toBe(true); // prettier-ignore
    }
  });

  it.each(settings)("draws its weights from the seed alone: %s", (_, given) => {
    const [one, again, other] = [7, 7, 8].map((seed) => {
      const { model } = buildSegmenter(architectureOf(given), OUTPUTS, new Random(seed));
      return [...weightValues(model)].map(([name, { values }]) => [name, [...values]]);
    });
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("has its outputs' channels last in the weights of the layers that it names", () => {
    for (const [, given] of settings) {
      const { model, outputLayers } = buildSegmenter(architectureOf(given), 7, new Random(1));
      for (const layer of outputLayers) {
        for (const weight of model.getLayer(layer).getWeights()) expect(weight.shape.at(-1)).toBe(7);
      }
    }
  });
});
