import type * as tf from "@tensorflow/tfjs";
import { type ClassLayer, weightsByClass } from "../../core/classColumns.ts";
import { type NamedValues, namedWeights } from "../../core/namedWeights.ts";
import type { DetectorDescription } from "./description.ts";

/** The weights of another detector for a network with classes of its own, see weightsByClass. */
export function classWeights(
  weights: NamedValues,
  network: tf.LayersModel,
  { classes: before, architecture }: Pick<DetectorDescription, "classes" | "architecture">,
  classes: readonly string[],
): { weights: NamedValues; says?: string } {
  const layers: ClassLayer[] = [{ layer: "head_classes", leading: 1 }]; // background is 0
  const boxes = namedWeights(network).get("head_boxes/kernel")?.shape.at(-1);
  if (architecture.classSpecificBoxes && boxes === 4 * classes.length) layers.push({ layer: "head_boxes", width: 4 });
  return weightsByClass(weights, network, { before, after: classes, layers });
}
