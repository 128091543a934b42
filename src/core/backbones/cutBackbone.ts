import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { namedWeights } from "../namedWeights.ts";
import type { Backbone } from "./backbone.ts";

/**
 * A backbone without the layers after its map of this stride, whose weights are given back. The published weights of the
 * whole network fit it as they fit the whole.
 *
 * @throws AnchorkitError if it has no map of the stride; its weights are given back then
 */
export function cutBackbone(backbone: Backbone, stride: number): Backbone {
  const { model: whole } = backbone;
  const features = backbone.features.filter((map) => map.stride <= stride);
  const last = features.at(-1);
  if (last?.stride !== stride) {
    const strides = backbone.features.map((map) => map.stride).join(", ");
    for (const variable of namedWeights(whole).values()) variable.dispose();
    throw new AnchorkitError(`${whole.name} has no map of stride ${stride}; there are those of ${strides}`);
  }
  if (features.length === backbone.features.length) return backbone;
  const model = tf.model({ inputs: whole.inputs, outputs: last.output, name: whole.name });
  const kept = namedWeights(model);
  const leftOut = [...namedWeights(whole)].filter(([name]) => !kept.has(name));
  for (const [, variable] of leftOut) variable.dispose();
  return { ...backbone, model, features, leftOut: leftOut.map(([name]) => name) };
}
