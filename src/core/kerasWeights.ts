import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import type { Backbone } from "./backbones/index.ts";
import { readFileWithin, readJsonWithin } from "./boundedFiles.ts";

/** Weights as Keras names them, `layer/weight` -> values. */
interface KerasWeights {
  /** Where they come from, for messages. */
  folder: string;
  /** The network's name ("MobileNetV1") and width, as the file says it. */
  model: string;
  width: number;
  weights: Map<string, { shape: number[]; values: Float32Array }>;
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
export async function readKerasWeights(folder: string): Promise<KerasWeights> {
  const [jsonPath, binPath] = [join(folder, "weights.json"), join(folder, "weights.bin")];
  const description = await readJsonWithin(jsonPath, 16 * 2 ** 20, Description);
  const bytes = await readFileWithin(binPath, 2 ** 30);
  const weights: KerasWeights["weights"] = new Map();
  for (const { name, shape, offset } of description.weights) {
    const end = offset + 4 * tf.util.sizeFromShape(shape);
    if (end > bytes.length) {
      throw new AnchorkitError(`${binPath}: ${name} needs bytes up to ${end}, and the file has ${bytes.length}`);
    }
    if (weights.has(name)) throw new AnchorkitError(`${jsonPath}: ${name} is there twice`);
    weights.set(name, { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(offset, end)).buffer) });
  }
  return { folder, model: description.model, width: description.alpha, weights };
}

/**
 * Gives a backbone these weights, by the names of layer and weight. All or nothing: each weight of the backbone must be
 * there with its shape, and none may be left over.
 *
 * @throws AnchorkitError that names what is missing, left over, or of another shape
 */
export function setKerasWeights(
  { model, bgrKernel }: Backbone,
  { folder, model: source, weights }: KerasWeights,
): void {
  const wanted = new Map(model.weights.map((weight) => [weight.originalName, weight]));
  const fail = (what: string): never => {
    throw new AnchorkitError(`${folder}: weights of ${source} do not fit ${model.name}: ${what}`);
  };
  const missing = [...wanted.keys()].filter((name) => !weights.has(name));
  if (missing.length > 0) fail(`${listed(missing)} not in the file`);
  const unused = [...weights.keys()].filter((name) => !wanted.has(name));
  if (unused.length > 0) fail(`${listed(unused)} not in the model`);
  for (const [name, weight] of wanted) {
    const shape = weights.get(name)?.shape ?? [];
    if (shape.join() !== weight.shape.join()) {
      fail(`${name} has shape [${shape.join(", ")}], the model's has [${weight.shape.join(", ")}]`);
    }
  }
  tf.tidy(() => {
    for (const [name, weight] of wanted) {
      const { values, shape } = weights.get(name) ?? { values: [], shape: [] };
      const value = tf.tensor(values, shape, "float32");
      weight.write(name === `${bgrKernel}/kernel` ? tf.reverse(value, 2) : value); // HWIO: 2 is the input channels
    }
  });
}

/** "a", "a and b", "a, b and 3 more", followed by the verb. */
function listed(names: string[]): string {
  const shown = names.slice(0, 2);
  const more = names.length - shown.length;
  const list = more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(" and ");
  return `${list} ${names.length === 1 ? "is" : "are"}`;
}
