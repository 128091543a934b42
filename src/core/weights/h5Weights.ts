import { AnchorkitError } from "../../base/errors.ts";
import type { WeightValue } from "../namedWeights.ts";
import { openH5, type H5Listed } from "./h5File.ts";
import { type Configured, withLayerNames } from "./kerasArchive.ts";
import { kerasNames } from "./kerasNames.ts";
import { nameFromOldMobilenetV3, OLD_MOBILENET_V3 } from "./oldMobilenetV3.ts";
import { nameFromOldResnet, varianceFromOldResnet } from "./oldResnet.ts";
import { layerOf, recognise, type WeightFile } from "./recognise.ts";

/**
 * Reads an HDF5 file that Keras saved: weights or a whole model as .h5, .weights.h5, or what `.keras` files have in them.
 *
 * @param path what messages name
 * @param only "backbone": the weights of the network that is recognised, without its classifier; of another, none
 * @param config of the model, for names that the file itself has not
 * @throws AnchorkitError as `openH5`, and if there are no weights in it
 */
export async function readH5Weights(
  bytes: Uint8Array,
  path: string,
  only: "all" | "backbone",
  config?: Configured,
): Promise<WeightFile> {
  const file = await openH5(bytes, path);
  try {
    const datasets = config ? withLayerNames(file.datasets, config) : file.datasets;
    const { named, oldResnet } = todaysNames(kerasNames(datasets));
    if (named.size === 0) throw new AnchorkitError(`${path}: has no weights; give a file that Keras saved as .h5`);
    const network = recognise(new Map([...named].map(([name, { shape }]) => [name, shape])));
    const weights = new Map<string, WeightValue>();
    const leftOut = new Set<string>();
    for (const [name, dataset] of named) {
      const layer = layerOf(name);
      const wanted = only === "all" || network?.layers.test(layer) === true;
      if (!wanted || dataset.bytes === undefined || dataset.bytes < 4) leftOut.add(layer);
      else {
        const values = await file.read(dataset);
        const shifted = oldResnet && name.endsWith("/moving_variance");
        weights.set(name, { shape: dataset.shape, values: shifted ? varianceFromOldResnet(values) : values });
      }
    }
    return { network, weights, leftOut: [...leftOut] };
  } finally {
    await file.close();
  }
}

/** ResNet50 from before 2019 and MobileNet V3 of Keras 2 by the names that their layers have now. */
function todaysNames(named: Map<string, H5Listed>): { named: Map<string, H5Listed>; oldResnet: boolean } {
  const oldResnet = named.has("res5c_branch2c/kernel");
  if (!oldResnet && !named.has(OLD_MOBILENET_V3)) return { named, oldResnet };
  const nameNow = oldResnet ? (name: string) => nameFromOldResnet(name) ?? name : nameFromOldMobilenetV3;
  return { named: new Map([...named].map(([name, dataset]) => [nameNow(name), dataset])), oldResnet };
}
