import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../../base/errors.ts";
import { readFileWithin, readJsonWithin } from "../boundedFiles.ts";
import type { NamedValues, WeightValue } from "../namedWeights.ts";

/** What a folder of weights.json and weights.bin holds. */
export interface Manifest {
  /** The network's name ("MobileNetV1") and width, as it says them. */
  model: string;
  width: number;
  weights: NamedValues;
}

const Description = z.object({
  model: z.string(),
  alpha: z.number().positive().default(1),
  weights: z.array(
    z.object({
      name: z.string().min(1),
      shape: z.array(z.int().positive()),
      dtype: z.literal("float32"),
      offset: z.int().nonnegative(),
    }),
  ),
});

/**
 * Reads a folder of weights.json (model, alpha, and for each weight name, shape, dtype and byte offset) and
 * weights.bin (float32, little-endian).
 *
 * @throws AnchorkitError if a file is missing, too large, not of this form or cut short
 */
export async function readManifestWeights(folder: string): Promise<Manifest> {
  const [jsonPath, binPath] = [join(folder, "weights.json"), join(folder, "weights.bin")];
  const description = await readJsonWithin(jsonPath, 16 * 2 ** 20, Description);
  const bytes = await readFileWithin(binPath, 2 ** 30);
  const weights = new Map<string, WeightValue>();
  for (const { name, shape, offset } of description.weights) {
    const end = offset + 4 * tf.util.sizeFromShape(shape);
    if (end > bytes.length) {
      throw new AnchorkitError(`${binPath}: ${name} needs bytes up to ${end}, and the file has ${bytes.length}`);
    }
    if (weights.has(name)) throw new AnchorkitError(`${jsonPath}: ${name} is there twice`);
    weights.set(name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(offset, end)).buffer) });
  }
  return { model: description.model, width: description.alpha, weights };
}
