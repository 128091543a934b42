import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError, messageOf } from "../base/errors.ts";
import { writeFileAtomic } from "../base/files.ts";
import { readFileWithin, readJsonWithin } from "./boundedFiles.ts";
// Loading a model needs its layers' classes to be known to tfjs: these register themselves.
import "./layers/batchNorm.ts";
import "./layers/relu.ts";
import "./layers/topDown.ts";

const MODEL_FILE = "model.json";
const WEIGHTS_FILE = "weights.bin";
/** Nothing larger is read: Node reads files of up to 2 GiB at once. */
const LIMITS = { model: 64 * 2 ** 20, weights: 2 ** 31 - 1 };

const BYTES = { float32: 4, int32: 4, bool: 1 };

const ModelFile = z.object({
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.tuple([
    z.object({
      paths: z.tuple([z.literal(WEIGHTS_FILE)]),
      weights: z.array(
        z.object({
          name: z.string().min(1),
          shape: z.array(z.int().nonnegative()),
          dtype: z.enum(["float32", "int32", "bool"]),
        }),
      ),
    }),
  ]),
});

/**
 * Writes a layers model as `model.json` and `weights.bin` in the folder: tfjs's own format, which tf.loadLayersModel
 * reads in a browser too. Each file appears whole or not at all.
 */
export async function saveModel(model: tf.LayersModel, folder: string): Promise<void> {
  const handler = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    if (!weightData) throw new Error("saveModel: the model has no weights");
    const description = {
      format: "layers-model",
      generatedBy: `TensorFlow.js tfjs-layers v${tf.version["tfjs-layers"]}`,
      convertedBy: null,
      modelTopology,
      weightsManifest: [{ paths: [WEIGHTS_FILE], weights: weightSpecs }],
    };
    await writeFileAtomic(join(folder, WEIGHTS_FILE), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    await writeFileAtomic(join(folder, MODEL_FILE), JSON.stringify(description));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  });
  await model.save(handler);
}

/**
 * Reads a model that `saveModel` wrote. Classes of custom layers other than the core's must have been registered.
 *
 * @throws AnchorkitError if a file is missing, too large, cut short, of another form, or the two do not belong together
 */
export async function loadModel(folder: string): Promise<tf.LayersModel> {
  const [modelPath, weightsPath] = [join(folder, MODEL_FILE), join(folder, WEIGHTS_FILE)];
  const { modelTopology, weightsManifest } = await readJsonWithin(modelPath, LIMITS.model, ModelFile);
  const weightSpecs = weightsManifest[0].weights;
  const weights = await readFileWithin(weightsPath, LIMITS.weights);
  const size = weightSpecs.reduce((sum, { shape, dtype }) => sum + tf.util.sizeFromShape(shape) * BYTES[dtype], 0);
  if (weights.length !== size) {
    throw new AnchorkitError(
      `${weightsPath}: ${weights.length} bytes, and ${MODEL_FILE} speaks of ${size}: cut short, or of another model`,
    );
  }
  const weightData = Uint8Array.from(weights).buffer;
  try {
    return await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
  } catch (error) {
    throw new AnchorkitError(`${modelPath}: cannot be built: ${messageOf(error).split("\n")[0]}`);
  }
}
