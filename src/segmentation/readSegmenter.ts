import { Random } from "../base/random.ts";
import { builtNetwork } from "../training/run/builtNetwork.ts";
import { readDescription, readModelWeights } from "../training/run/modelFolder.ts";
import { outputsOf, SegmenterDescription } from "./description.ts";
import { buildSegmenter, type SegmenterNetwork } from "./networks/buildSegmenter.ts";

/** @throws AnchorkitError if the folder holds no segmenter, or its description is damaged */
export function readSegmenterDescription(folder: string): Promise<SegmenterDescription> {
  return readDescription(folder, "segmentation", SegmenterDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readSegmenter(
  folder: string,
): Promise<{ network: SegmenterNetwork; description: SegmenterDescription }> {
  const description = await readSegmenterDescription(folder);
  const weights = await readModelWeights(folder);
  const drawn = new Random("replaced by the weights that are read");
  const outputs = outputsOf(description);
  const network = builtNetwork(folder, weights, () => buildSegmenter(description.architecture, outputs, drawn));
  return { network, description };
}
