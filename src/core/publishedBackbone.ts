import { AnchorkitError } from "../base/errors.ts";
import type { BackboneName, Publisher } from "./backbones/names.ts";
import { isFolder, type KerasWeights } from "./kerasWeights.ts";
import { readManifestWeights } from "./weights/manifest.ts";
import { layerOf, PUBLISHED, relationOf } from "./weights/recognise.ts";
import { TORCHVISION } from "./weights/torchvisionNames.ts";
import { type LocateOptions, locateWeights } from "./weights/weightCache.ts";
import { readWeightFile } from "./weights/weightFile.ts";

/** Weights of a backbone that `buildBackbone` knows, whoever published them. */
export interface PublishedBackbone extends KerasWeights {
  model: string;
  backbone: BackboneName;
  /** In whose form the backbone must be for them. */
  publisher: Publisher;
}

/**
 * The weights of a backbone: by name ("resnet18"), downloaded once into the user's cache and checked, or from the files
 * and folders that `readKerasWeights` reads. Which network it is, and its width, a folder says and is known in a file by
 * the layers' names and shapes; other layers, those of a classifier above all, are left out.
 *
 * @param given a name, file or folder
 * @throws AnchorkitError as `locateWeights` and `readKerasWeights`, and for weights of a network that is not among the
 * backbones
 */
export async function readPublishedBackbone(given: string, options: LocateOptions = {}): Promise<PublishedBackbone> {
  const path = await locateWeights(given, options);
  if (await isFolder(path)) return backboneIn(path, await readManifestWeights(path));
  const { network, ...rest } = await readWeightFile(path, "backbone");
  if (!network) {
    const relation = relationOf(rest.leftOut);
    throw unknownNetwork(path, relation ? `holds weights of ${relation}` : `has the layers ${shown(rest.leftOut)}`);
  }
  const { model, backbone, publisher, width } = network;
  if (width === undefined) {
    throw new AnchorkitError(`${path}: its layers are those of ${model}, but no width gives its kernels' filters`);
  }
  return { path, model, backbone, publisher, width, ...rest };
}

/** What was left out of weights, in a sentence; undefined: nothing. */
export function describeLeftOut({ path, leftOut }: KerasWeights): string | undefined {
  if (leftOut.length === 0) return undefined;
  return `${path}: left out, as not of the backbone: ${shown(leftOut)}`;
}

function backboneIn(path: string, given: Omit<KerasWeights, "path" | "leftOut">): PublishedBackbone {
  const network = PUBLISHED.find((one) => one.model === given.model);
  if (!network) throw unknownNetwork(path, `holds weights of ${given.model ?? "no network"}`);
  const { model, backbone, layers } = network;
  const own = [...given.weights].filter(([name]) => layers.test(layerOf(name)));
  const others = [...given.weights.keys()].map(layerOf).filter((layer) => !layers.test(layer));
  return {
    ...{ path, model, backbone, publisher: "keras", width: given.width },
    ...{ weights: new Map(own), leftOut: [...new Set(others)] },
  };
}

function unknownNetwork(path: string, what: string): AnchorkitError {
  const [keras, torchvision] = [PUBLISHED, TORCHVISION].map((networks) =>
    networks.map(({ model }) => model).join(", "),
  );
  return new AnchorkitError(`${path}: ${what}; known are those of Keras's ${keras} and torchvision's ${torchvision}`);
}

function shown(layers: readonly string[]): string {
  const more = layers.length - 3;
  return layers.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
