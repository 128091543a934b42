import * as tf from "@tensorflow/tfjs";
import type { Program } from "../engine/graph/program.ts";
import type { NamedTensors } from "../engine/graph/step.ts";

/** Runs a step whose outputs are scalars; disposes of its inputs. */
export function runNumbers(program: Program, step: string, inputs: NamedTensors): Record<string, number> {
  const outputs = program.run(step, inputs);
  const numbers = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, value.dataSync()[0] as number]),
  );
  tf.dispose([inputs, outputs]);
  return numbers;
}
