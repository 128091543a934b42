import type * as tf from "@tensorflow/tfjs";
import { type NamedValues, namedWeights, type WeightValue } from "../../core/namedWeights.ts";
import type { DetectorDescription } from "./description.ts";

/**
 * The weights of another detector for a network of the same architecture with classes of its own: what belongs to a class
 * is found by the class's name, whatever its number. Classes that the other does not know keep the network's own values;
 * where it knows none, the layers of the classes are left out.
 *
 * @param network has the values of new classes @param other the detector that the weights are of
 */
export function classWeights(
  weights: NamedValues,
  network: tf.LayersModel,
  { classes: before, architecture }: Pick<DetectorDescription, "classes" | "architecture">,
  classes: readonly string[],
): { weights: NamedValues; says?: string } {
  if (before.join("\n") === classes.join("\n")) return { weights };
  const places = classes.map((name) => before.indexOf(name));
  const known = classes.filter((_, k) => (places[k] ?? -1) >= 0);
  const fresh = classes.filter((_, k) => (places[k] ?? -1) < 0);
  const layers = new Map([
    ["head_classes", { sources: [0, ...places.map((place) => (place < 0 ? -1 : place + 1))], width: 1 }],
  ]); // background is 0
  if (architecture.classSpecificBoxes) layers.set("head_boxes", { sources: places, width: 4 });

  const own = namedWeights(network);
  const adapted = new Map(weights);
  for (const [layer, columns] of layers) {
    for (const name of [`${layer}/kernel`, `${layer}/bias`]) {
      const [given, variable] = [weights.get(name), own.get(name)];
      adapted.delete(name);
      if (!given || !variable || known.length === 0) continue;
      adapted.set(name, taken(given, { shape: variable.shape, values: variable.dataSync<"float32">() }, columns));
    }
  }
  if (known.length === 0) return { weights: adapted };
  const news = fresh.length === 0 ? "" : `, new: ${fresh.join(", ")}`;
  return { weights: adapted, says: `classes by their names, taken over: ${known.join(", ")}${news}` };
}

/** `into` with those groups of `width` columns that `sources` finds in `from`; -1 finds none. */
function taken(
  from: WeightValue,
  into: WeightValue,
  { sources, width }: { sources: readonly number[]; width: number },
): WeightValue {
  const [before = 0, now = 0] = [from.shape.at(-1), into.shape.at(-1)];
  const values = into.values.slice();
  for (let row = 0; row < values.length / now; row++) {
    for (const [k, source] of sources.entries()) {
      if (source < 0) continue;
      const start = row * before + source * width;
      values.set(from.values.subarray(start, start + width), row * now + k * width);
    }
  }
  return { shape: into.shape, values };
}
