import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Activation } from "../../../src/core/layers/activation.ts";
import { BatchNorm } from "../../../src/core/layers/batchNorm.ts";
import { Conv2D, DepthwiseConv2D } from "../../../src/core/layers/dilated.ts";
import { GroupNormalization } from "../../../src/core/layers/groupNormalization.ts";
import { LayerNormalization } from "../../../src/core/layers/layerNormalization.ts";
import { UpSampling2D } from "../../../src/core/layers/upSampling2D.ts";
import { variableOf } from "../../../src/core/namedWeights.ts";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import type { NamedTensors, Step } from "../../../src/engine/graph/step.ts";
import { engines } from "../../detection/support.ts";
import { expectClose, layerCases, readFixture, toTensor, type LayerCase } from "../oracle.ts";

// Values of Keras: fixtures/keras-layers.json is made by fixtures/make_layers.py.
const beside = new URL("../../../../shared/oracles/layers.json", import.meta.url);
const parse = (text: string): LayerCase[] => (JSON.parse(text) as { cases: LayerCase[] }).cases;
const known = existsSync(beside) ? parse(readFileSync(beside, "utf8")) : layerCases();
// BatchNorm in training has updates, too: batchNorm.test.ts.
const cases = [...known, ...(readFixture("keras-layers.json") as { cases: LayerCase[] }).cases].filter(
  ({ name }) => name !== "batchNorm training=True",
);

function makeLayer({ name, input }: LayerCase, i: number): tf.layers.Layer {
  const config = { ...input.config, name: `layer_${i}` } as never;
  if (name.startsWith("batchNorm")) return new BatchNorm(config);
  if (name.startsWith("conv2dTranspose")) return tf.layers.conv2dTranspose(config);
  if (name.startsWith("depthwise")) return new DepthwiseConv2D(config);
  if (name.startsWith("conv2d")) return new Conv2D(config);
  if (name.startsWith("upsampling2d")) return new UpSampling2D(config);
  if (name.startsWith("layerNorm")) return new LayerNormalization(config);
  if (name.startsWith("groupNorm")) return new GroupNormalization(config);
  return new Activation(config);
}

/** Of each layer the output, and the gradients of x and of its weights for the upstream gradient: one step for all. */
function stepOf(layers: tf.layers.Layer[]): Step {
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  const inputs = cases.flatMap(({ input }, i) => [
    [`x${i}`, spec(input.x.shape)] as const,
    [`upstream${i}`, spec(input.upstream.shape)] as const,
  ]);
  return {
    inputs: Object.fromEntries(inputs),
    run(fed) {
      const outputs: NamedTensors = {};
      for (const [i, layer] of layers.entries()) {
        const [x, upstream] = [fed[`x${i}`] as tf.Tensor, fed[`upstream${i}`] as tf.Tensor];
        const run = (from: tf.Tensor): tf.Tensor => layer.apply(from) as tf.Tensor;
        const total = (from: tf.Tensor): tf.Scalar => run(from).mul(upstream).sum();
        outputs[`y${i}`] = run(x);
        outputs[`x${i}`] = tf.grad(total)(x);
        const weights = layer.trainableWeights.map(variableOf);
        const { grads } = weights.length > 0 ? tf.variableGrads(() => total(x), weights) : { grads: {} };
        for (const [k, weight] of weights.entries()) {
          outputs[`weight${i}_${k}`] = (grads as NamedTensors)[weight.name] as tf.Tensor;
        }
      }
      return { outputs };
    },
  };
}

const modes = [
  ...(engines.includes("tensorflow")
    ? ([
        { engine: "tensorflow", mode: "auto", target: "native" },
        { engine: "tensorflow", mode: "eager", target: "native" },
      ] as const)
    : []),
  { engine: "cpu", mode: "eager", target: "portable" } as const,
];

describe.each(modes)("layers on $engine, $mode, $target", ({ engine, mode, target }) => {
  let results: NamedTensors = {};

  beforeAll(async () => {
    await tf.setBackend(engine);
    const layers = cases.map(makeLayer);
    for (const [i, layer] of layers.entries()) {
      const { x, weights } = (cases[i] as LayerCase).input;
      layer.build(x.shape);
      tf.tidy(() => {
        layer.setWeights(weights.map(toTensor));
      });
    }
    const variables = layers.flatMap((layer) => layer.weights.map(variableOf));
    const program = await compileProgram({ all: stepOf(layers) }, { variables, mode, target });
    expect(program.mode).toBe(mode === "auto" ? "graph" : "eager");
    const inputs = cases.flatMap(({ input }, i) => [
      [`x${i}`, toTensor(input.x)] as const,
      [`upstream${i}`, toTensor(input.upstream)] as const,
    ]);
    results = program.run("all", Object.fromEntries(inputs));
    tf.dispose([Object.fromEntries(inputs), variables]);
    program.dispose();
  });

  afterAll(() => {
    tf.dispose(results);
  });

  it.each(cases.map((one, i) => ({ ...one, i })))("equal Keras: $name", ({ expected, i }) => {
    expectClose(results[`y${i}`], expected.outputs[0], "output");
    const [first, ...others] = expected.gradients;
    expectClose(results[`x${i}`], first, "x");
    for (const [k, other] of others.entries()) expectClose(results[`weight${i}_${k}`], other, other.of);
    expect(results).not.toHaveProperty(`weight${i}_${others.length}`);
  });
});
