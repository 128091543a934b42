import { AnchorkitError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import type { NamedValues } from "../../core/namedWeights.ts";
import { builtNetwork } from "../../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../../training/run/modelFolder.ts";
import { DetectorDescription } from "./description.ts";
import { buildFasterRcnn, decidedShapes, type FasterRcnn } from "./network.ts";

/** @throws AnchorkitError if the folder holds no Faster R-CNN, or its description is damaged */
export function readDetectorDescription(folder: string): Promise<DetectorDescription> {
  return readDescription(folder, "detection", DetectorDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readNetwork(folder: string): Promise<{ network: FasterRcnn; description: DetectorDescription }> {
  const description = await readDetectorDescription(folder);
  const weights = await readModelWeights(folder);
  checkSizes(folder, description, weights);
  const { architecture, levels, classes } = description;
  const drawn = new Random("replaced by the weights that are read");
  const sizes = { levels, classes: classes.length };
  return { network: builtNetwork(folder, weights, () => buildFasterRcnn(architecture, sizes, drawn)), description };
}

/** Makes sure, before the network is built, that the weights are of its size: a wrong number must not fill the memory. */
function checkSizes(
  folder: string,
  { architecture, levels, classes }: DetectorDescription,
  weights: NamedValues,
): void {
  const counts = { anchors: levels[0]?.anchors.length ?? 0, classes: classes.length };
  for (const [name, shape] of decidedShapes(architecture, counts)) {
    const given = weights.get(name)?.shape ?? [];
    if (given.join() !== shape.join()) {
      const expected = `${name} would have shape [${shape.join(", ")}], and has [${given.join(", ")}]`;
      throw new AnchorkitError(`${folder}: its description is of another network than its weights: ${expected}`);
    }
  }
}
