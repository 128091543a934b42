import { AnchorkitError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { builtNetwork } from "../../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../../training/run/modelFolder.ts";
import { ClipDescription } from "./description.ts";
import { buildClipNetwork, CLASS_LAYER, type ClipNetwork } from "./network.ts";

/** @throws AnchorkitError if the folder holds no classifier of clips, or its description is damaged */
export function readClipDescription(folder: string): Promise<ClipDescription> {
  return readDescription(folder, "clips", ClipDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readClipClassifier(
  folder: string,
): Promise<{ network: ClipNetwork; description: ClipDescription }> {
  const description = await readClipDescription(folder);
  const weights = await readModelWeights(folder);
  const { architecture, classes } = description;
  const outputs = weights.get(`${CLASS_LAYER}/kernel`)?.shape.at(-1);
  if (outputs !== classes.length) {
    throw new AnchorkitError(
      `${folder}: its description is of another network than its weights: it names ${classes.length} classes, and the weights are for ${outputs ?? 0}`,
    );
  }
  const drawn = new Random("replaced by the weights that are read");
  const network = builtNetwork(folder, weights, () => buildClipNetwork(architecture, classes.length, drawn));
  return { network, description };
}
