import { stat } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import type { Backbone } from "./backbones/index.ts";
import type { Publisher } from "./backbones/names.ts";
import { namedWeights, setWeights, type NamedValues, type WeightValue } from "./namedWeights.ts";
import { allFinite } from "./packedValues.ts";
import { readManifestWeights } from "./weights/manifest.ts";
import { readWeightFile } from "./weights/weightFile.ts";

/** Weights as Keras names them, `layer/weight` -> values. */
export interface KerasWeights {
  /** The folder or file that they come from. */
  path: string;
  /** The network's name ("MobileNetV1"); undefined: the layers in the file are of none that is known. */
  model: string | undefined;
  /** Factor on the network's number of channels. */
  width: number;
  /** In whose form a network must be for them; undefined: not known. */
  publisher?: Publisher | undefined;
  weights: NamedValues;
  /** Layers in the file that are not among the weights. */
  leftOut: string[];
}

/**
 * All weights of a network, its classifier's too ("predictions/kernel", VGG16's "fc1/bias"): from a file that
 * Keras saved, weights or a whole model as .h5, .weights.h5 or .keras, from one of torch.save or safetensors, or from a
 * folder of weights.json and weights.bin. Left out is what is no floating-point number, such as the states of random
 * layers.
 *
 * @throws AnchorkitError if a file is missing, too large, not of these forms, damaged or cut short
 */
export async function readKerasWeights(path: string): Promise<KerasWeights> {
  if (await isFolder(path)) return { path, leftOut: [], ...(await readManifestWeights(path)) };
  const { network, weights, leftOut } = await readWeightFile(path, "all");
  return { path, model: network?.model, width: network?.width ?? 1, weights, leftOut };
}

/**
 * Gives a backbone these weights, by the names of layer and weight. All or nothing: each weight of the backbone must be
 * there with its shape, and none may be left over, but those of the part that was cut off the backbone. The kernel of
 * published weights that takes blue, green, red is turned round.
 *
 * @throws AnchorkitError that names what is missing, left over, of another shape or not finite, and for a backbone in
 * another publisher's form, which would make other features of the same weights
 */
export function setKerasWeights({ model, bgrKernel, publisher, leftOut = [] }: Backbone, given: KerasWeights): void {
  if (publisher && given.publisher && publisher !== given.publisher) {
    const forms = `${given.path}: weights in the form of ${given.publisher}, and ${model.name} has that of ${publisher}`;
    throw new AnchorkitError(`${forms}: build it with publisher "${given.publisher}", or give ${publisher}'s weights`);
  }
  const weights = withDepthwiseKernels(given.weights, new Set([...namedWeights(model).keys(), ...leftOut]));
  for (const name of leftOut) weights.delete(name);
  const broken = [...weights].find(([, { values }]) => !allFinite(values));
  if (broken) throw new AnchorkitError(`${given.path}: ${broken[0]} holds values that are not finite: damaged`);
  const kernel = `${bgrKernel}/kernel`;
  const bgr = weights.get(kernel);
  if (bgr?.shape.length === 4) weights.set(kernel, reverseInputs(bgr));
  setWeights(model, weights, `${given.path}: weights of ${given.model ?? "an unknown network"}`);
}

/** Keras 3 calls the kernel of a depthwise convolution "kernel", as it does any other's. */
function withDepthwiseKernels(weights: NamedValues, names: ReadonlySet<string>): Map<string, WeightValue> {
  return new Map(
    [...weights].map(([name, value]) => {
      const depthwise = name.replace(/\/kernel$/, "/depthwise_kernel");
      return [names.has(depthwise) && !names.has(name) ? depthwise : name, value];
    }),
  );
}

/** A kernel [h, w, inputs, outputs] with its inputs in reverse order. */
function reverseInputs({ shape, values }: WeightValue): WeightValue {
  return { shape, values: tf.tidy(() => tf.reverse(tf.tensor(values, [...shape]), 2).dataSync<"float32">()) };
}

/** @throws AnchorkitError if nothing is there */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemErrorAt(error, path);
  }
}
