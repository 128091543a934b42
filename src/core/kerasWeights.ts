import { stat } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import type { Backbone, BackboneName } from "./backbones/index.ts";
import type { Publisher } from "./backbones/names.ts";
import { namedWeights, setWeights, type NamedValues, type WeightValue } from "./namedWeights.ts";
import { readH5Weights } from "./weights/h5Weights.ts";
import { readManifestWeights } from "./weights/manifest.ts";
import { layerOf, PUBLISHED } from "./weights/recognise.ts";

/** Weights as Keras names them, `layer/weight` -> values. */
export interface KerasWeights {
  /** The folder or file that they come from. */
  path: string;
  /** The network's name ("MobileNetV1"); undefined: the layers in the file are of none that is known. */
  model: string | undefined;
  /** Factor on the network's number of channels. */
  width: number;
  weights: NamedValues;
  /** Layers in the file that are not among the weights. */
  leftOut: string[];
}

/** Weights of a backbone that `buildBackbone` knows, whoever published them. */
export interface PublishedBackbone extends KerasWeights {
  model: string;
  backbone: BackboneName;
  /** Whose form of the backbone they fit. */
  publisher: Publisher;
}

/**
 * All weights of a network, its classifier's too ("predictions/kernel", VGG16's "fc1/bias"): from a folder of
 * weights.json and weights.bin, or from a file that Keras saved, weights or a whole model as .h5, or .weights.h5. Left
 * out is what is no floating-point number, such as the states of random layers.
 *
 * @throws AnchorkitError if a file is missing, too large, not of this form, damaged or cut short
 */
export async function readKerasWeights(path: string): Promise<KerasWeights> {
  if (await isFolder(path)) return { path, leftOut: [], ...(await readManifestWeights(path)) };
  const { network, weights, leftOut } = await readH5Weights(path, "all");
  return { path, model: network?.model, width: network?.width ?? 1, weights, leftOut };
}

/**
 * The weights of a backbone, from the same folders and files. Which it is, and its width, a folder says and is known in
 * a file by the layers' names and shapes; other layers, those of a classifier above all, are left out.
 *
 * @throws AnchorkitError as `readKerasWeights`, and for weights of a network that is not among the backbones
 */
export async function readKerasBackbone(path: string): Promise<PublishedBackbone> {
  if (await isFolder(path)) return backboneOf(path, await readManifestWeights(path));
  const { network, ...rest } = await readH5Weights(path, "backbone");
  if (!network) throw unknownNetwork(path, `has the layers ${shown(rest.leftOut)}`);
  const { model, backbone, width } = network;
  if (width === undefined) {
    throw new AnchorkitError(`${path}: its layers are those of ${model}, but no width gives its kernels' filters`);
  }
  return { path, model, backbone, publisher: "keras", width, ...rest };
}

/** What was left out of weights, in a sentence; undefined: nothing. */
export function describeLeftOut({ path, leftOut }: KerasWeights): string | undefined {
  if (leftOut.length === 0) return undefined;
  return `${path}: left out, as not of the backbone: ${shown(leftOut)}`;
}

/**
 * Gives a backbone these weights, by the names of layer and weight. All or nothing: each weight of the backbone must be
 * there with its shape, and none may be left over, but those of the part that was cut off the backbone. The kernel of published weights that takes blue, green, red is turned
 * round.
 *
 * @throws AnchorkitError that names what is missing, left over, or of another shape
 */
export function setKerasWeights({ model, bgrKernel, leftOut = [] }: Backbone, given: KerasWeights): void {
  const weights = withDepthwiseKernels(given.weights, new Set([...namedWeights(model).keys(), ...leftOut]));
  for (const name of leftOut) weights.delete(name);
  const kernel = `${bgrKernel}/kernel`;
  const bgr = weights.get(kernel);
  if (bgr?.shape.length === 4) weights.set(kernel, reverseInputs(bgr));
  setWeights(model, weights, `${given.path}: weights of ${given.model ?? "an unknown network"}`);
}

function backboneOf(path: string, { model, width, weights }: Omit<KerasWeights, "path" | "leftOut">): PublishedBackbone {
  const network = PUBLISHED.find((one) => one.model === model);
  if (!network) throw unknownNetwork(path, `holds weights of ${model}`);
  const own = [...weights].filter(([name]) => network.layers.test(layerOf(name)));
  const leftOut = new Set([...weights.keys()].map(layerOf).filter((layer) => !network.layers.test(layer)));
  return {
    path,
    model: network.model,
    backbone: network.backbone,
    publisher: "keras",
    width,
    weights: new Map(own),
    leftOut: [...leftOut],
  };
}

function unknownNetwork(path: string, what: string): AnchorkitError {
  const known = PUBLISHED.map(({ model }) => model).join(", ");
  return new AnchorkitError(`${path}: ${what}; known are those of ${known}`);
}

function shown(layers: readonly string[]): string {
  const more = layers.length - 3;
  return layers.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "");
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

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemErrorAt(error, path);
  }
}
