import type * as tf from "@tensorflow/tfjs";
import { UsageError } from "../base/errors.ts";
import type { Backbone } from "../core/backbones/backbone.ts";
import { nearest } from "../geometry/nearest.ts";
import type { Phase } from "./recipe.ts";

export interface FineTuning {
  /** The first layer that learns after the head, by its name or its number from the end; `all` unless told, or `none`. */
  from?: string | undefined;
  /**
   * The rate of a stage of the backbone, the layers between two of its maps, as a multiple of that of the next one towards
   * the head; 1 unless told. A factor a layer would leave nothing to the first ones of a deep network.
   */
  layerDecay?: number | undefined;
}

/** A network on a backbone with published weights. */
export interface FineTuned {
  backbone: Backbone;
  /** The layers that are not the backbone's. */
  headLayers: readonly string[];
}

/** Share of the training in which the head learns alone. */
const HEAD_SHARE = 0.15;
/** The learning rate after it, as a multiple. */
const FINE_RATE = 0.5;
/** From this share on normalisation is frozen, at statistics averaged over many batches. */
const FROZEN_FROM = 0.7;
const CALIBRATED_ON = 20;

/**
 * The phases of a training from published weights (Yosinski et al., "How transferable are features in deep neural
 * networks?", 2014): the new head alone, on features that stay as they are; then the backbone from a layer on, at a
 * lower rate; at last with its normalisation frozen. Earlier stages may learn more slowly than later ones (Howard and Ruder,
 * "Universal Language Model Fine-tuning for Text Classification", 2018: discriminative fine-tuning).
 *
 * @throws UsageError for a layer that the backbone does not have
 */
export function fineTuningPhases(network: FineTuned, { from = "all", layerDecay = 1 }: FineTuning): Phase[] {
  const heads: ReadonlySet<string> = new Set(network.headLayers);
  const learning = learningLayers(network.backbone.model, from);
  const head: Phase = {
    ...{ name: "head", from: 0, statistics: "moving" },
    trains: (weight) => heads.has(layerOf(weight)),
  };
  if (learning.length === 0) return [head];
  const stages = stagesToHead(network.backbone);
  const fine: Omit<Phase, "name" | "from" | "statistics"> = {
    trains: (weight) => heads.has(layerOf(weight)) || learning.includes(layerOf(weight)),
    rate: FINE_RATE,
    ...(layerDecay !== 1 && { rates: (weight: string) => layerDecay ** (stages.get(layerOf(weight)) ?? 0) }),
  };
  return [
    head,
    { ...fine, name: "fine", from: HEAD_SHARE, statistics: "batch" },
    { ...fine, name: "frozen", from: FROZEN_FROM, statistics: "moving", calibrate: CALIBRATED_ON },
  ];
}

function layerOf(weight: string): string {
  return weight.slice(0, weight.lastIndexOf("/"));
}

/** The layers of the backbone that learn. */
function learningLayers({ layers, name }: tf.LayersModel, from: string): string[] {
  const names = layers.map((layer) => layer.name);
  if (from === "all") return names;
  if (from === "none") return [];
  if (/^[1-9]\d*$/.test(from)) return names.slice(-Number(from));
  const at = names.indexOf(from);
  if (at >= 0) return names.slice(at);
  const meant = nearest(from, names);
  const hint = meant === undefined ? `from ${names[0] ?? ""} to ${names.at(-1) ?? ""}` : `did you mean ${meant}?`;
  throw new UsageError(`fineTuneFrom: ${name} has no layer "${from}" (${hint})`);
}

/** Of each layer of the backbone, in which stage it is: 1 for the one that ends in the last map, and so on to the image. */
function stagesToHead({ model: { layers }, features }: Backbone): Map<string, number> {
  const ends = features.map(({ output }) => layers.indexOf(output.sourceLayer));
  return new Map(layers.map(({ name }, i) => [name, ends.filter((end) => i <= end).length]));
}
