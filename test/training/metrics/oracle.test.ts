import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { engines } from "../../detection/support.ts";
import { allCases, allInputs, keras, valuesOfCases } from "./metricCases.ts";

const native = engines.includes("tensorflow");

/** Where metrics are computed: on an engine, with its own ops or with plain ones, as one graph or op by op. */
const places = [
  ...(native ? (["auto", "eager"] as const).map((mode) => ({ engine: "tensorflow", target: "native" as const, mode })) : []), // prettier-ignore
  { engine: "cpu", target: "portable" as const, mode: "eager" as const },
];

describe.each(places)("metrics on $engine, $target, $mode", ({ engine, target, mode }) => {
  it(`equal Keras over two batches with weights: ${keras.cases.length} cases`, async () => {
    await tf.setBackend(engine);
    const before = tf.memory().numTensors;
    const program = await compileProgram({ allCases }, { variables: [], target, mode });
    const inputs = allInputs();
    const outputs = inputs.map((batch) => program.run("allCases", batch));
    const values = valuesOfCases(outputs);
    const wrong = keras.cases.flatMap(({ metric, options, data, value }, i) => {
      const off = Math.abs((values[i] ?? NaN) - value) / Math.max(1, Math.abs(value));
      return off < 1e-5 ? [] : [`${metric} ${JSON.stringify(options)} of ${data}: ${values[i]} for ${value}`];
    });
    tf.dispose([inputs, outputs]);
    program.dispose();
    expect(wrong).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
