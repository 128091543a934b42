import { AnchorkitError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { builtNetwork } from "../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../training/run/modelFolder.ts";
import { ClassifierDescription } from "./description.ts";
import { buildClassifier, type ClassifierNetwork, HEAD_LAYERS } from "./network.ts";

/** @throws AnchorkitError if the folder holds no classifier, or its description is damaged */
export function readClassifierDescription(folder: string): Promise<ClassifierDescription> {
  return readDescription(folder, "classification", ClassifierDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readClassifier(
  folder: string,
): Promise<{ network: ClassifierNetwork; description: ClassifierDescription }> {
  const description = await readClassifierDescription(folder);
  const weights = await readModelWeights(folder);
  const { architecture, classes } = description;
  const outputs = weights.get(`${HEAD_LAYERS.classes}/kernel`)?.shape.at(-1);
  if (outputs !== classes.length) {
    throw new AnchorkitError(
      `${folder}: its description is of another network than its weights: it names ${classes.length} classes, and the weights are for ${outputs ?? 0}`,
    );
  }
  const drawn = new Random("replaced by the weights that are read");
  const network = builtNetwork(folder, weights, () => buildClassifier(architecture, classes.length, drawn));
  return { network, description };
}
