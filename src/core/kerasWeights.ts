import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { AnchorkitError } from "../base/errors.ts";
import type { Backbone, BackboneName } from "./backbones/index.ts";
import { readFileWithin, readJsonWithin } from "./boundedFiles.ts";
import { setWeights, type NamedValues, type WeightValue } from "./namedWeights.ts";

/** Weights as Keras names them, `layer/weight` -> values. */
export interface KerasWeights {
  /** Where they come from, for messages. */
  folder: string;
  /** The network's name ("MobileNetV1") and width, as the file says it. */
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
export async function readKerasWeights(folder: string): Promise<KerasWeights> {
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
  return { folder, model: description.model, width: description.alpha, weights };
}

/** Weights of a backbone that `buildBackbone` knows. */
export interface KerasBackbone extends KerasWeights {
  backbone: BackboneName;
}

const BACKBONES: Readonly<Record<string, BackboneName>> = { MobileNetV1: "mobilenet-v1", MobileNetV2: "mobilenet-v2" };

/** @throws AnchorkitError as `readKerasWeights`, and for weights of a network that is not among the backbones */
export async function readKerasBackbone(folder: string): Promise<KerasBackbone> {
  const weights = await readKerasWeights(folder);
  const backbone = Object.hasOwn(BACKBONES, weights.model) ? BACKBONES[weights.model] : undefined;
  if (backbone) return { ...weights, backbone };
  const names = Object.keys(BACKBONES).join(", ");
  throw new AnchorkitError(`${folder}: holds weights of ${weights.model}; known are those of ${names}`);
}

/**
 * Gives a backbone these weights, by the names of layer and weight. All or nothing: each weight of the backbone must be
 * there with its shape, and none may be left over. The kernel of published weights that takes blue, green, red is turned
 * round.
 *
 * @throws AnchorkitError that names what is missing, left over, or of another shape
 */
export function setKerasWeights({ model, bgrKernel }: Backbone, { folder, model: name, weights }: KerasWeights): void {
  const kernel = `${bgrKernel}/kernel`;
  const bgr = weights.get(kernel);
  const turned = bgr?.shape.length === 4 ? new Map(weights).set(kernel, reverseInputs(bgr)) : weights;
  setWeights(model, turned, `${folder}: weights of ${name}`);
}

/** A kernel [h, w, inputs, outputs] with its inputs in reverse order. */
function reverseInputs({ shape, values }: WeightValue): WeightValue {
  return { shape, values: tf.tidy(() => tf.reverse(tf.tensor(values, [...shape]), 2).dataSync<"float32">()) };
}
