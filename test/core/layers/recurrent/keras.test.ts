import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bidirectional } from "../../../../src/core/layers/recurrent/bidirectional.ts";
import { ConvLstm2D } from "../../../../src/core/layers/recurrent/convLstm2D.ts";
import { Gru } from "../../../../src/core/layers/recurrent/gru.ts";
import { Lstm } from "../../../../src/core/layers/recurrent/lstm.ts";
import { SimpleRnn } from "../../../../src/core/layers/recurrent/simpleRnn.ts";
import { variableOf } from "../../../../src/core/namedWeights.ts";
import { compileProgram } from "../../../../src/engine/graph/program.ts";
import type { NamedTensors, Step } from "../../../../src/engine/graph/step.ts";
import { engines } from "../../../detection/support.ts";
import { expectClose, type LayerCase, type OracleTensor, toTensor } from "../../oracle.ts";

interface RecurrentCase extends LayerCase {
  input: LayerCase["input"] & { mask?: OracleTensor; states?: OracleTensor[] };
}

const beside = new URL("../../../../../shared/oracles/recurrent.json", import.meta.url);
const parse = (path: URL): RecurrentCase[] =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { cases: RecurrentCase[] }).cases : [];
const cases = parse(beside);

function makeLayer({ name, input: { config, mask }, expected }: RecurrentCase, i: number): tf.layers.Layer {
  const settings = { ...config, masked: mask !== undefined, returnState: expected.outputs.length > 1 } as never;
  const named = { ...(settings as object), name: `layer_${i}` } as never;
  if (name.startsWith("bidirectional")) {
    const layer = new Lstm({ ...(settings as object), units: 4, returnSequences: true });
    return new Bidirectional({ layer, merge: config.merge as "concat", name: `layer_${i}` });
  }
  if (name.startsWith("convLstm")) return new ConvLstm2D({ ...(named as object), returnSequences: true } as never);
  if (name.startsWith("simpleRnn")) return new SimpleRnn(named);
  return name.startsWith("gru") ? new Gru({ ...(named as object), returnSequences: true } as never) : new Lstm(named);
}

/** Of each layer its outputs, and the gradients of x and of its weights for the upstream gradient: one step for all. */
function stepOf(layers: tf.layers.Layer[]): Step {
  const spec = ({ shape }: OracleTensor) => ({ shape, dtype: "float32" as const });
  const fedTensors = cases.flatMap(({ input: { x, upstream, mask, states = [] } }, i) => [
    [`x${i}`, spec(x)] as const,
    [`upstream${i}`, spec(upstream)] as const,
    ...(mask ? [[`mask${i}`, spec(mask)] as const] : []),
    ...states.map((state, k) => [`state${i}_${k}`, spec(state)] as const),
  ]);
  return {
    inputs: Object.fromEntries(fedTensors),
    run(fed) {
      const outputs: NamedTensors = {};
      for (const [i, layer] of layers.entries()) {
        const { mask, states = [] } = (cases[i] as RecurrentCase).input;
        const [x, upstream] = [fed[`x${i}`] as tf.Tensor, fed[`upstream${i}`] as tf.Tensor];
        const others = [...(mask ? [fed[`mask${i}`]] : []), ...states.map((_, k) => fed[`state${i}_${k}`])];
        const run = (from: tf.Tensor) => [layer.apply([from, ...(others as tf.Tensor[])]) as tf.Tensor].flat();
        const total = (from: tf.Tensor): tf.Scalar => (run(from)[0] as tf.Tensor).mul(upstream).sum();
        for (const [k, output] of run(x).entries()) outputs[`y${i}_${k}`] = output;
        outputs[`x${i}`] = tf.grad(total)(x);
        const weights = layer.trainableWeights.map(variableOf);
        const { grads } = tf.variableGrads(() => total(x), weights);
        for (const [k, weight] of weights.entries()) {
          outputs[`weight${i}_${k}`] = grads[weight.name] as tf.Tensor;
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

describe.each(modes)("recurrent layers on $engine, $mode", ({ engine, mode, target }) => {
  let results: NamedTensors = {};

  beforeAll(async () => {
    await tf.setBackend(engine);
    const layers = cases.map(makeLayer);
    for (const [i, layer] of layers.entries()) {
      const { x, weights } = (cases[i] as RecurrentCase).input;
      layer.build(x.shape);
      layer.built = true;
      tf.tidy(() => {
        layer.setWeights(weights.map(toTensor));
      });
    }
    const variables = layers.flatMap((layer) => layer.weights.map(variableOf));
    const program = await compileProgram({ all: stepOf(layers) }, { variables, mode, target });
    expect(program.mode).toBe(mode === "auto" ? "graph" : "eager");
    const inputs = cases.flatMap(({ input: { x, upstream, mask, states = [] } }, i) => [
      [`x${i}`, toTensor(x)] as const,
      [`upstream${i}`, toTensor(upstream)] as const,
      ...(mask ? [[`mask${i}`, toTensor(mask)] as const] : []),
      ...states.map((state, k) => [`state${i}_${k}`, toTensor(state)] as const),
    ]);
    results = program.run("all", Object.fromEntries(inputs));
    tf.dispose([Object.fromEntries(inputs), variables]);
    program.dispose();
  });

  afterAll(() => {
    tf.dispose(results);
  });

  it.each(cases.map((one, i) => ({ ...one, i })))("equal Keras: $name", ({ expected, i }) => {
    for (const [k, output] of expected.outputs.entries()) expectClose(results[`y${i}_${k}`], output, `output ${k}`);
    const [first, ...others] = expected.gradients;
    expectClose(results[`x${i}`], first, "x");
    for (const [k, other] of others.entries()) expectClose(results[`weight${i}_${k}`], other, other.of);
    expect(results).not.toHaveProperty(`weight${i}_${others.length}`);
  });
});
