import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError, messageOf } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { Random } from "../base/random.ts";
import { readJsonWithin } from "../core/boundedFiles.ts";
import { readWeights, saveModel } from "../core/modelFiles.ts";
import { setWeights, type NamedValues } from "../core/namedWeights.ts";
import { buildFasterRcnn, decidedShapes, weightsOf, type FasterRcnn } from "./fasterRcnn/network.ts";
import { DetectorDescription } from "./fasterRcnn/description.ts";

const DESCRIPTION_FILE = "detector.json";
const LARGEST_DESCRIPTION = 4 * 2 ** 20;

/**
 * Writes model.json, weights.bin and, last, detector.json with the checksum of the weights: all that prediction needs.
 *
 * @param averages weights that are saved in place of others, see MovingAverage
 * @throws AnchorkitError that names the weight if a value is NaN or infinite; nothing is written then
 */
export async function saveDetector(
  folder: string,
  network: FasterRcnn,
  description: DetectorDescription,
  averages: ReadonlyMap<tf.Variable, tf.Variable>,
): Promise<void> {
  const sha256 = await saveModel(network.model, folder, { values: averages });
  const written: DetectorDescription = { ...description, weights: { sha256 } };
  await writeFileAtomic(join(folder, DESCRIPTION_FILE), `${JSON.stringify(written, undefined, 2)}\n`);
}

/**
 * Reads what `saveDetector` wrote.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readDetector(folder: string): Promise<{ network: FasterRcnn; description: DetectorDescription }> {
  const path = join(folder, DESCRIPTION_FILE);
  const description = await readJsonWithin(path, LARGEST_DESCRIPTION, DetectorDescription);
  const weights = await readWeights(folder, description.weights);
  const network = buildFor(path, description, weights);
  try {
    setWeights(network.model, weights, `${folder}: the weights`);
  } catch (error) {
    tf.dispose(weightsOf(network, false)); // disposing of the model would leave the layers that two models share
    throw error;
  }
  return { network, description };
}

/** The network of a description, if the weights are of its size: a wrong number must not fill the memory. */
function buildFor(
  path: string,
  { architecture, anchors, classes }: DetectorDescription,
  weights: NamedValues,
): FasterRcnn {
  const counts = { anchors: anchors.length, classes: classes.length };
  for (const [name, shape] of decidedShapes(architecture, counts)) {
    const given = weights.get(name)?.shape ?? [];
    if (given.join() !== shape.join()) {
      const expected = `${name} would have shape [${shape.join(", ")}], and has [${given.join(", ")}]`;
      throw new AnchorkitError(`${path}: describes another network than model.json: ${expected}`);
    }
  }
  try {
    return buildFasterRcnn(architecture, counts, new Random("replaced by the weights that are read"));
  } catch (error) {
    throw new AnchorkitError(`${path}: the network cannot be built: ${messageOf(error).split("\n")[0]}`);
  }
}
