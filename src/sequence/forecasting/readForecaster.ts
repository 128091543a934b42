import { Random } from "../../base/random.ts";
import { builtNetwork } from "../../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../../training/run/modelFolder.ts";
import { ForecasterDescription } from "./description.ts";
import { buildForecaster, type ForecasterNetwork } from "./network.ts";

/** @throws AnchorkitError if the folder holds no forecaster, or its description is damaged */
export function readForecasterDescription(folder: string): Promise<ForecasterDescription> {
  return readDescription(folder, "forecasting", ForecasterDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readForecaster(
  folder: string,
): Promise<{ network: ForecasterNetwork; description: ForecasterDescription }> {
  const description = await readForecasterDescription(folder);
  const weights = await readModelWeights(folder);
  const drawn = new Random("replaced by the weights that are read");
  return { network: builtNetwork(folder, weights, () => buildForecaster(description, drawn)), description };
}
