import type * as tf from "@tensorflow/tfjs";
import { UsageError } from "../../base/errors.ts";
import type { Backbone } from "../../core/backbones/backbone.ts";
import { nearest } from "../../geometry/nearest.ts";
import type { BuiltNetwork } from "./start.ts";

/** Which layers of a network do not learn; the same as `freeze` and `fineTuneFrom` of the options. */
export interface Freezing {
  /**
   * Layers that do not learn, separated by commas: a layer's name, what the names of several begin with (`stage1` of
   * `stage1_conv` and `stage1_conv_bn`), either with `*` for any characters; a number for the first so many stages of the
   * backbone; `backbone` for all of it; `none`.
   */
  freeze?: string | undefined;
  /** The first layer of the backbone that learns, by its name or its number from the end; `all`, or `none`. */
  fineTuneFrom?: string | undefined;
}

/**
 * Keeps the layers from learning, before anything is recorded: as Keras's `trainable = false`, their weights stay as they
 * are to the last bit, and normalisation among them uses its moving statistics, which do not move.
 *
 * @throws UsageError for a layer that the network does not have, or if nothing is left that learns
 */
export function freezeLayers(
  { model, backbone }: BuiltNetwork,
  { freeze = "none", fineTuneFrom = "all" }: Freezing,
): void {
  const terms = freeze.split(",").map((term) => term.trim());
  const frozen = new Set([
    ...terms.flatMap((term) => layersOf(term, model, backbone)),
    ...layersBefore(fineTuneFrom, model, backbone),
  ]);
  for (const layer of model.layers) if (frozen.has(layer.name)) layer.trainable = false;
  if (model.trainableWeights.length > 0) return;
  throw new UsageError(`freeze: ${freeze} leaves no layer of ${model.name} that learns`, OPTIONS);
}

/** Whether any layer of the backbone learns. */
export function backboneLearns({ backbone }: BuiltNetwork): boolean {
  return backbone?.model.layers.some((layer) => layer.trainableWeights.length > 0) ?? true;
}

/** Of each layer of the backbone, in which stage it is: 1 for the one that ends in the last map, and so on to the image. */
export function stagesToHead({ model: { layers }, features }: Backbone): Map<string, number> {
  const ends = features.map(({ output }) => layers.indexOf(output.sourceLayer));
  return new Map(layers.map(({ name }, i) => [name, ends.filter((end) => i <= end).length]));
}

/** The options that messages name. */
const OPTIONS = ["freeze", "fineTuneFrom"];

/** The layers that a term of `freeze` means. */
function layersOf(term: string, { layers, name }: tf.LayersModel, backbone?: Backbone): string[] {
  if (term === "none") return [];
  const names = layers.map((layer) => layer.name);
  if (term === "backbone" || /^\d+$/.test(term)) {
    const stages = stagesToHead(backboneIn("freeze", term, name, backbone));
    const count = Math.max(...stages.values());
    const first = term === "backbone" ? count : Number(term);
    if (first <= count) return [...stages].filter(([, stage]) => stage > count - first).map(([layer]) => layer);
    throw new UsageError(`freeze: the backbone has ${count} stages, got ${term}`, OPTIONS);
  }
  const escaped = term.split("*").map((part) => part.replaceAll(/[^\w]/g, "\\$&")).join(".*"); // prettier-ignore
  const meant = new RegExp(`^${escaped}(_.*)?$`);
  const found = term === "" ? [] : names.filter((layer) => meant.test(layer));
  if (found.length > 0) return found;
  throw unknownLayer("freeze", term, name, names);
}

/** The layers of the backbone before the first one that learns. */
function layersBefore(from: string, { name }: tf.LayersModel, backbone?: Backbone): string[] {
  if (from === "all") return [];
  const names = backboneIn("fineTuneFrom", from, name, backbone).model.layers.map((layer) => layer.name);
  if (from === "none") return names;
  if (/^[1-9]\d*$/.test(from)) return names.slice(0, -Number(from));
  const at = names.indexOf(from);
  if (at >= 0) return names.slice(0, at);
  throw unknownLayer("fineTuneFrom", from, name, names);
}

function backboneIn(option: string, value: string, name: string, backbone?: Backbone): Backbone {
  if (backbone) return backbone;
  throw new UsageError(`${option}: ${name} has no backbone that ${value} could be of: name its layers`, OPTIONS);
}

function unknownLayer(option: string, given: string, name: string, names: readonly string[]): UsageError {
  const meant = nearest(given, names);
  const hint = meant === undefined ? `from ${names[0] ?? ""} to ${names.at(-1) ?? ""}` : `did you mean ${meant}?`;
  return new UsageError(`${option}: ${name} has no layer "${given}" (${hint})`, OPTIONS);
}
