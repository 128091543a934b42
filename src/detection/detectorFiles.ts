import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { Random } from "../base/random.ts";
import { readJsonWithin } from "../core/boundedFiles.ts";
import { loadModel, saveModel } from "../core/checkpoint.ts";
import { buildFasterRcnn, weightsOf, type FasterRcnn } from "./fasterRcnn/network.ts";
import { DetectorDescription } from "./fasterRcnn/description.ts";

const DESCRIPTION_FILE = "detector.json";
const LARGEST_DESCRIPTION = 4 * 2 ** 20;

/**
 * Writes model.json, weights.bin and detector.json: all that prediction needs.
 *
 * @param averages weights that are saved in place of others, see MovingAverage
 */
export async function saveDetector(
  folder: string,
  network: FasterRcnn,
  description: DetectorDescription,
  averages: ReadonlyMap<tf.Variable, tf.Variable>,
): Promise<void> {
  const own = [...averages.keys()].map((weight) => weight.clone());
  try {
    for (const [weight, average] of averages) weight.assign(average);
    await saveModel(network.model, folder);
  } finally {
    [...averages.keys()].forEach((weight, i) => {
      weight.assign(own[i] as tf.Tensor);
    });
    tf.dispose(own);
  }
  await writeFileAtomic(join(folder, DESCRIPTION_FILE), `${JSON.stringify(description, undefined, 2)}\n`);
}

/**
 * Reads what `saveDetector` wrote.
 *
 * @throws AnchorkitError if a file is missing, damaged, or does not belong to the others
 */
export async function readDetector(folder: string): Promise<{ network: FasterRcnn; description: DetectorDescription }> {
  const description = await readJsonWithin(join(folder, DESCRIPTION_FILE), LARGEST_DESCRIPTION, DetectorDescription);
  const { architecture, levels, classes } = description;
  const network = buildFasterRcnn(
    architecture,
    { levels, classes: classes.length },
    new Random("replaced by the weights that are read"),
  );
  const saved = await loadModel(folder);
  const [weights, values] = [weightsOf(network, false), saved.weights.map((weight) => weight.read())];
  weights.forEach((weight, i) => {
    const value = values[i];
    if (value?.shape.join() !== weight.shape.join() || weights.length !== values.length) {
      throw new AnchorkitError(`${folder}: model.json and ${DESCRIPTION_FILE} describe different networks`);
    }
    tf.tidy(() => {
      weight.assign(tf.add(value, 0)); // memory of its own
    });
  });
  saved.dispose();
  return { network, description };
}
