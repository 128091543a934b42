import type * as tf from "@tensorflow/tfjs";
import { type NamedValues, namedWeights, type WeightValue } from "./namedWeights.ts";

/** A dense layer whose outputs belong to classes. */
export interface ClassLayer {
  layer: string;
  /** Outputs of each class; 1 unless told. */
  width?: number;
  /** Outputs before those of the first class, which stay where they are (background); 0 unless told. */
  leading?: number;
  /** Outputs behind those of the last class, which stay at the end (CTC's blank); 0 unless told. */
  trailing?: number;
}

/**
 * The weights of another model for a network of the same architecture with classes of its own: what belongs to a class
 * is found by the class's name, whatever its number. Classes that the other does not know keep the network's own values;
 * where it knows none, the layers of the classes are left out. Layers of another size stay as they are given.
 *
 * @param network has the values of new classes @param before the classes that the weights are of
 */
export function weightsByClass(
  weights: NamedValues,
  network: tf.LayersModel,
  { before, after, layers }: { before: readonly string[]; after: readonly string[]; layers: readonly ClassLayer[] },
): { weights: NamedValues; says?: string } {
  if (before.join("\n") === after.join("\n")) return { weights };
  const places = after.map((name) => before.indexOf(name));
  const known = after.filter((_, k) => (places[k] ?? -1) >= 0);
  const fresh = after.filter((_, k) => (places[k] ?? -1) < 0);
  const own = namedWeights(network);
  const adapted = new Map(weights);
  for (const { layer, width = 1, leading = 0, trailing = 0 } of layers) {
    const groups = places.map((place) => (place < 0 ? -1 : leading + place * width));
    for (const name of [`${layer}/kernel`, `${layer}/bias`]) {
      const [given, variable] = [weights.get(name), own.get(name)];
      if (given && variable && given.shape.slice(0, -1).join() !== variable.shape.slice(0, -1).join()) continue;
      adapted.delete(name);
      if (!given || !variable || known.length === 0) continue;
      const into = { shape: variable.shape, values: variable.dataSync<"float32">() };
      adapted.set(name, taken(given, into, { groups, width, leading, trailing }));
    }
  }
  if (known.length === 0) return { weights: adapted };
  const news = fresh.length === 0 ? "" : `, new: ${fresh.join(", ")}`;
  return { weights: adapted, says: `classes by their names, taken over: ${known.join(", ")}${news}` };
}

/** `into` with the leading and trailing columns of `from`, and those of each class from where `groups` finds them; -1 is nowhere. */
function taken(
  from: WeightValue,
  into: WeightValue,
  { groups, width, leading, trailing }: { groups: readonly number[] } & Required<Omit<ClassLayer, "layer">>,
): WeightValue {
  const [before = 0, now = 0] = [from.shape.at(-1), into.shape.at(-1)];
  const values = into.values.slice();
  for (let row = 0; row < values.length / now; row++) {
    const copy = (source: number, target: number, count: number): void => {
      values.set(from.values.subarray(row * before + source, row * before + source + count), row * now + target);
    };
    copy(0, 0, leading);
    copy(before - trailing, now - trailing, trailing);
    for (const [k, source] of groups.entries()) if (source >= 0) copy(source, leading + k * width, width);
  }
  return { shape: into.shape, values };
}
