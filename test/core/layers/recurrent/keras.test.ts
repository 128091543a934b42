import { existsSync, readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Bidirectional, ConvLstm2D, Gru, Lstm, type RecurrentLayer, SimpleRnn } from "../../../../src/core/index.ts";
import { variableOf } from "../../../../src/core/namedWeights.ts";
import { compileProgram } from "../../../../src/engine/graph/program.ts";
import type { NamedTensors, Step } from "../../../../src/engine/graph/step.ts";
import { engines } from "../../../detection/support.ts";
import { expectClose, type LayerCase, type OracleTensor, readFixture, toTensor } from "../../oracle.ts";

/** `kind` is there in the cases of fixtures/keras-recurrent.json, which fixtures/make_recurrent.py makes. */
interface RecurrentCase extends LayerCase {
  kind?: string;
  input: LayerCase["input"] & { mask?: OracleTensor; states?: OracleTensor[] };
}

const beside = new URL("../../../../../shared/oracles/recurrent.json", import.meta.url);
const casesOf = (file: unknown): RecurrentCase[] => (file as { cases: RecurrentCase[] }).cases;
const cases = [
  ...(existsSync(beside) ? casesOf(JSON.parse(readFileSync(beside, "utf8"))) : []),
  ...casesOf(readFixture("keras-recurrent.json")),
];

const CLASSES = { lstm: Lstm, gru: Gru, simpleRnn: SimpleRnn, convLstm2d: ConvLstm2D };

function makeLayer({ name, kind, input, expected }: RecurrentCase, i: number): tf.layers.Layer {
  const own = name.split(" ")[0] ?? "";
  const words = (kind ?? (own === "bidirectional" ? "bidirectional lstm" : own)).split(" ");
  const Made = CLASSES[words.at(-1) as keyof typeof CLASSES] as new (config: unknown) => RecurrentLayer;
  const sequences = expected.outputs[0]?.shape[1] === input.x.shape[1];
  const settings = {
    ...{ returnSequences: sequences, returnState: kind === undefined && expected.outputs.length > 1 },
    ...{ ...input.config, masked: input.mask !== undefined, name: `layer_${i}` },
  };
  const layer = new Made(settings);
  if (words.length === 1) return layer;
  return new Bidirectional({ layer, merge: input.config.merge as "concat", name: `layer_${i}` });
}

/** What a case is fed: x, its mask, the states it starts from, and the upstream gradient. */
function fedTo({ input: { x, upstream, mask, states = [] } }: RecurrentCase, i: number): [string, OracleTensor][] {
  return [
    [`x${i}`, x],
    [`upstream${i}`, upstream],
    ...(mask ? [[`mask${i}`, mask] satisfies [string, OracleTensor]] : []),
    ...states.map((state, k): [string, OracleTensor] => [`state${i}_${k}`, state]),
  ];
}

/** Of each layer its outputs, and the gradients of x, the states and its weights: one step for all. */
function stepOf(layers: tf.layers.Layer[]): Step {
  const specs = cases.flatMap((one, i) =>
    fedTo(one, i).map(([name, { shape }]) => [name, { shape, dtype: "float32" as const }]),
  );
  return {
    inputs: Object.fromEntries(specs) as Step["inputs"],
    run(fed) {
      const outputs: NamedTensors = {};
      for (const [i, layer] of layers.entries()) {
        const { input, kind } = cases[i] as RecurrentCase;
        const [x, upstream] = [fed[`x${i}`] as tf.Tensor, fed[`upstream${i}`] as tf.Tensor];
        const mask = input.mask ? [fed[`mask${i}`] as tf.Tensor] : [];
        const states = (input.states ?? []).map((_, k) => fed[`state${i}_${k}`] as tf.Tensor);
        const run = (from: tf.Tensor, initial: tf.Tensor[]): tf.Tensor[] =>
          [layer.apply([from, ...mask, ...initial]) as tf.Tensor].flat();
        for (const [k, output] of run(x, states).entries()) outputs[`y${i}_${k}`] = output;
        const total = (...all: tf.Tensor[]): tf.Scalar => {
          const [y, ...ends] = run(all[0] as tf.Tensor, all.slice(1, 1 + states.length)) as [tf.Tensor, ...tf.Tensor[]];
          const ofStates = kind !== undefined && input.config.returnState === true ? ends : [];
          const nothing = all.map((tensor) => tensor.sum().mul(0)); // tfjs wants a way to each
          return tf.addN([
            y.mul(upstream).sum(),
            ...ofStates.map((end) => end.square().sum()),
            ...nothing,
          ]) as tf.Scalar;
        };
        const wanted = [x, ...states, ...layer.trainableWeights.map(variableOf)];
        for (const [k, gradient] of tf.grads(total)(wanted).entries()) outputs[`gradient${i}_${k}`] = gradient;
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
    const inputs = cases.flatMap((one, i) => fedTo(one, i).map(([name, value]) => [name, toTensor(value)] as const));
    results = program.run("all", Object.fromEntries(inputs));
    tf.dispose([Object.fromEntries(inputs), variables]);
    program.dispose();
  });

  afterAll(() => {
    tf.dispose(results);
  });

  it.each(cases.map((one, i) => ({ ...one, i })))("equal Keras: $name", ({ expected, i }) => {
    for (const [k, output] of expected.outputs.entries()) expectClose(results[`y${i}_${k}`], output, `output ${k}`);
    for (const [k, one] of expected.gradients.entries()) expectClose(results[`gradient${i}_${k}`], one, one.of);
    expect(results).not.toHaveProperty(`gradient${i}_${expected.gradients.length}`);
  });
});
