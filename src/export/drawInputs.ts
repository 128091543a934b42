import * as tf from "@tensorflow/tfjs";
import type { Random } from "../base/random.ts";
import { fedType, type NamedTensors } from "../engine/graph/step.ts";
import { canvasSizes } from "./canvasSizes.ts";
import type { PortableModel } from "./portableModel.ts";

/**
 * Inputs of a model that are drawn at random; the caller disposes of them.
 *
 * @param whole whether images fill the canvas, so that their sizes are the canvas's own
 */
export function drawInputs(model: PortableModel, random: Random, whole = false): NamedTensors {
  const { step, inputs, batch, description } = model;
  const drawn = Object.entries(step.inputs).map(([name, spec]) => {
    const input = inputs[name];
    if (!input) throw new Error(`${name} is an input of the step, and not described`);
    const sizes = whole && name === "sizes" ? canvasSizes(description, batch) : undefined;
    if (sizes) return [name, sizes] as const;
    const values = Array.from({ length: tf.util.sizeFromShape(spec.shape) }, () => input.draw(random));
    return [name, tf.tensor(values, spec.shape, fedType(spec))] as const;
  });
  return Object.fromEntries(drawn);
}
