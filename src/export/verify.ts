import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random.ts";
import type { NamedTensors, RunStep } from "../engine/graph/step.ts";
import { compilePortable } from "./compilePortable.ts";
import { drawInputs } from "./drawInputs.ts";
import type { PortableModel } from "./portableModel.ts";

/** Draws of inputs that both are asked to answer. */
const DRAWS = 3;

/**
 * The largest differences between what a model says here and what it says elsewhere, over some inputs, and how many detections
 * there were. Computed in float32.
 *
 * @param options.samples inputs of the model; drawn at random unless given @param options.whole see `drawInputs`
 */
export async function verify(
  model: PortableModel,
  elsewhere: RunStep,
  { samples, whole }: { samples?: readonly NamedTensors[] | undefined; whole?: boolean | undefined } = {},
): Promise<Record<string, number>> {
  const program = await compilePortable(model);
  const random = new Random("inputs to compare answers to");
  const largest: Record<string, number> = {};
  try {
    for (let i = 0; i < (samples?.length ?? DRAWS); i++) {
      const inputs = samples?.[i] ?? drawInputs(model, random, whole);
      const [here, there] = [program.run("step", inputs), await elsewhere(inputs)];
      for (const [name, value] of Object.entries(differences(model, here, there))) {
        largest[name] = COUNTS.has(name) ? (largest[name] ?? 0) + value : Math.max(largest[name] ?? 0, value);
      }
      tf.dispose([here, there, samples ? [] : inputs]);
    }
  } finally {
    program.dispose();
  }
  return largest;
}

/** Of differences: what adds up. */
const COUNTS = new Set(["detections", "unmatched"]);

/** How far two answers to the same inputs are from each other: what the model itself compares, else output by output. */
function differences(model: PortableModel, here: NamedTensors, there: NamedTensors): Record<string, number> {
  if (model.compare) return model.compare(here, there);
  return Object.fromEntries(
    Object.entries(here).map(([name, own]) => {
      const other = there[name];
      if (other?.shape.join() !== own.shape.join()) return [name, Infinity];
      return [name, tf.tidy(() => own.toFloat().sub(other.toFloat()).abs().max().dataSync()[0] ?? 0)];
    }),
  );
}
