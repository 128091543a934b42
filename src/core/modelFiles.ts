import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { readFileWithin, readJsonWithin } from "./boundedFiles.ts";
import { namedWeights, type NamedValues } from "./namedWeights.ts";
import { packedSize, PackedValues, packValues, sha256Of, unpackValues } from "./packedValues.ts";

const MODEL_FILE = "model.json";
const WEIGHTS_FILE = "weights.bin";
/** Nothing larger is read: Node reads files of up to 2 GiB at once. */
const LIMITS = { model: 64 * 2 ** 20, weights: 2 ** 31 - 1 };

/** What is read of model.json; its modelTopology is for tf.loadLayersModel. */
const ModelFile = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal(WEIGHTS_FILE)]),
      weights: PackedValues,
    }),
  ]),
});

/**
 * Writes a layers model as `model.json` and `weights.bin` in the folder: tfjs's own format, which tf.loadLayersModel
 * reads in a browser too. Each file appears whole or not at all.
 *
 * @param values variables that are written in place of the model's own (weight -> its average)
 * @returns the SHA-256 of weights.bin, to be saved beside and given to `readWeights`
 * @throws AnchorkitError that names the weight if a value is NaN or infinite; nothing is written then
 */
export async function saveModel(
  model: tf.LayersModel,
  folder: string,
  { values }: { values?: ReadonlyMap<tf.Variable, tf.Variable> } = {},
): Promise<string> {
  const written = new Map([...namedWeights(model)].map(([name, own]) => [name, values?.get(own) ?? own]));
  const weightsPath = join(folder, WEIGHTS_FILE);
  const { packed: weights, bytes } = packValues(weightsPath, written);
  const description = {
    format: "layers-model",
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
    convertedBy: null,
    modelTopology: model.toJSON(undefined, false),
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights }],
  };
  await writeFileAtomic(weightsPath, bytes);
  await writeFileAtomic(join(folder, MODEL_FILE), JSON.stringify(description));
  return sha256Of(bytes);
}

/**
 * The weights that `saveModel` wrote, by name, without building the network.
 *
 * @param sha256 what `saveModel` returned: weights.bin must be that very file
 * @throws AnchorkitError if a file is missing, too large, cut short, of another form, or the two do not belong
 * together; for another checksum; and naming the first weight that holds NaN or an infinite value
 */
export async function readWeights(folder: string, { sha256 }: { sha256?: string } = {}): Promise<NamedValues> {
  const weightsPath = join(folder, WEIGHTS_FILE);
  const { weightsManifest } = await readJsonWithin(join(folder, MODEL_FILE), LIMITS.model, ModelFile);
  const { weights } = weightsManifest[0];
  const bytes = await readFileWithin(weightsPath, LIMITS.weights);
  const size = packedSize(weights);
  if (bytes.length !== size) {
    throw new AnchorkitError(
      `${weightsPath}: ${bytes.length} bytes, and ${MODEL_FILE} speaks of ${size}: cut short, or of another model`,
    );
  }
  if (sha256 !== undefined && sha256Of(bytes) !== sha256) {
    throw new AnchorkitError(
      `${weightsPath}: not the file that the description beside it speaks of: damaged, or of another training`,
    );
  }
  return unpackValues(weightsPath, weights, bytes);
}
