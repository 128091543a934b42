import { AnchorkitError, messageOf } from "../../base/errors.ts";
import { Random } from "../../base/random.ts";
import { disposeWeights, type NamedValues, setWeights } from "../../core/namedWeights.ts";
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
  const network = buildFor(folder, description, weights);
  try {
    setWeights(network.model, weights, `${folder}: the weights`);
  } catch (error) {
    disposeWeights(network.model);
    throw error;
  }
  return { network, description };
}

/** The network of a description, if the weights are of its size: a wrong number must not fill the memory. */
function buildFor(
  folder: string,
  { architecture, levels, classes }: DetectorDescription,
  weights: NamedValues,
): FasterRcnn {
  const counts = { anchors: levels[0]?.anchors.length ?? 0, classes: classes.length };
  for (const [name, shape] of decidedShapes(architecture, counts)) {
    const given = weights.get(name)?.shape ?? [];
    if (given.join() !== shape.join()) {
      const expected = `${name} would have shape [${shape.join(", ")}], and has [${given.join(", ")}]`;
      throw new AnchorkitError(`${folder}: its description is of another network than its weights: ${expected}`);
    }
  }
  try {
    return buildFasterRcnn(
      architecture,
      { levels, classes: classes.length },
      new Random("replaced by the weights that are read"),
    );
  } catch (error) {
    throw new AnchorkitError(`${folder}: the network cannot be built: ${messageOf(error).split("\n")[0]}`);
  }
}
