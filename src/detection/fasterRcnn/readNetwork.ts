import { Random } from "../../base/random.ts";
import { setWeights } from "../../core/namedWeights.ts";
import { readDescription, readModelWeights } from "../../training/modelFolder.ts";
import { DetectorDescription } from "./description.ts";
import { buildFasterRcnn, type FasterRcnn } from "./network.ts";

/** @throws AnchorkitError if the folder holds no Faster R-CNN, or its description is damaged */
export function readDetectorDescription(folder: string): Promise<DetectorDescription> {
  return readDescription(folder, "detection", DetectorDescription);
}

/**
 * Builds the network that a model's folder describes, with the weights in it.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readNetwork(
  folder: string,
): Promise<{ network: FasterRcnn; description: DetectorDescription }> {
  const description = await readDetectorDescription(folder);
  const weights = await readModelWeights(folder);
  const { architecture, anchors, classes } = description;
  const sizes = { anchors: anchors.length, classes: classes.length };
  const network = buildFasterRcnn(architecture, sizes, new Random("replaced by the weights that are read"));
  setWeights(network.model, weights, `${folder}: weights`);
  return { network, description };
}
