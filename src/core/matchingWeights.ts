import type * as tf from "@tensorflow/tfjs";
import { type NamedValues, namedWeights, setVariables } from "./namedWeights.ts";

/** What `setMatchingWeights` did: each weight of the network is in one of the first three, by its name. */
export interface MatchedWeights {
  set: string[];
  /** Not among the weights given. */
  missing: string[];
  /** Given in another shape. */
  unfit: string[];
  /** Given, and not in the network. */
  unused: string[];
}

/** Gives a network those of the weights that fit it by name and shape, to start from another network's. */
export function setMatchingWeights(network: tf.LayersModel, weights: NamedValues): MatchedWeights {
  const own = namedWeights(network);
  const matched: MatchedWeights = { set: [], missing: [], unfit: [], unused: [] };
  for (const [name, { shape }] of own) {
    const given = weights.get(name);
    const fits = given?.shape.join() === shape.join();
    matched[given === undefined ? "missing" : fits ? "set" : "unfit"].push(name);
  }
  matched.unused = [...weights.keys()].filter((name) => !own.has(name));
  const isSet = new Set(matched.set);
  const of = <T>(all: ReadonlyMap<string, T>): Map<string, T> => new Map([...all].filter(([name]) => isSet.has(name)));
  setVariables(of(own), of(weights), { misfit: "weights", owner: "the network" });
  return matched;
}

/** "70 of 74; from scratch: head_classes; of another shape: rpn_objectness; left out: fc1, fc2 and 3 more layers" */
export function describeMatch({ set, missing, unfit, unused }: MatchedWeights): string {
  const lists = [
    ["from scratch", missing],
    ["of another shape, so from scratch", unfit],
    ["left out", unused],
  ] as const;
  const parts = lists.flatMap(([what, names]) => (names.length === 0 ? [] : `${what}: ${layersIn(names)}`));
  return [`${set.length} of ${set.length + missing.length + unfit.length}`, ...parts].join("; ");
}

/** The first few layers that weights are of, and how many more there are. */
function layersIn(weights: readonly string[]): string {
  const layers = [...new Set(weights.map((name) => name.split("/")[0] ?? name))];
  const more = layers.length - SHOWN;
  return more > 1 ? `${layers.slice(0, SHOWN).join(", ")} and ${more} more layers` : layers.join(", ");
}

const SHOWN = 5;
