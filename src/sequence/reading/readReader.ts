import { AnchorkitError } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { builtNetwork } from "../../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../../training/run/modelFolder.ts";
import { ReaderDescription } from "./description.ts";
import { buildReader, CHARACTER_LAYERS, type ReaderNetwork } from "./network.ts";

/** @throws AnchorkitError if the folder holds no reader, or its description is damaged */
export function readReaderDescription(folder: string): Promise<ReaderDescription> {
  return readDescription(folder, "reading", ReaderDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readReader(folder: string): Promise<{ network: ReaderNetwork; description: ReaderDescription }> {
  const description = await readReaderDescription(folder);
  const weights = await readModelWeights(folder);
  const { architecture, classes } = description;
  const outputs = weights.get(`${CHARACTER_LAYERS.characters}/kernel`)?.shape.at(-1);
  if (outputs !== classes.length + 1) {
    throw new AnchorkitError(
      `${folder}: its description is of another network than its weights: it names ${classes.length} characters, and the weights are for ${(outputs ?? 1) - 1}`,
    );
  }
  const drawn = new Random("replaced by the weights that are read");
  const network = builtNetwork(folder, weights, () => buildReader(architecture, classes.length, drawn));
  return { network, description };
}
