import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { compileProgram } from "../../../src/engine/graph/program.ts";
import { engines, largestDifference, oracleTensor } from "../../detection/support.ts";
import { allCases, lossCases } from "./lossCases.ts";

const native = engines.includes("tensorflow");

/** Where losses are computed: on an engine, with its own ops or with plain ones, as one graph or op by op. */
const places = [
  ...(native ? (["auto", "eager"] as const).map((mode) => ({ engine: "tensorflow", target: "native" as const, mode })) : []), // prettier-ignore
  { engine: native ? "tensorflow" : "cpu", target: "portable" as const, mode: "eager" as const },
  ...(native ? [{ engine: "cpu", target: "portable" as const, mode: "eager" as const }] : []),
];

describe.each(places)("losses on $engine, $target, $mode", ({ engine, target, mode }) => {
  it(`equal Keras, and their gradients too: ${lossCases.length} cases`, async () => {
    await tf.setBackend(engine);
    const before = tf.memory().numTensors;
    const program = await compileProgram({ allCases }, { variables: [], target, mode });
    const inputs = Object.fromEntries(lossCases.map(({ input }, i) => [`x${i}`, oracleTensor(input.prediction)]));
    const outputs = program.run("allCases", inputs);
    const wrong = lossCases.flatMap(({ name, expected }, i) => {
      const value = outputs[`value${i}`]?.dataSync()[0] ?? NaN;
      const off = Math.abs(value - expected.loss) / Math.max(1, Math.abs(expected.loss));
      const scale = Math.max(1, ...expected.gradient.data.map(Math.abs));
      const slope = largestDifference(expected.gradient.data, outputs[`gradient${i}`]?.dataSync() ?? []) / scale;
      return off < 5e-6 && slope < 5e-6 ? [] : [`${name}: ${value} for ${expected.loss}, gradient off by ${slope}`];
    });
    tf.dispose([inputs, outputs]);
    program.dispose();
    expect(wrong).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
