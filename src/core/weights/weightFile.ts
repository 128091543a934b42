import { AnchorkitError } from "../../base/errors.ts";
import { isZip, openZip } from "../../base/zip.ts";
import { readFileWithin } from "../boundedFiles.ts";
import type { Tensors } from "./floats.ts";
import { isHdf5 } from "./h5File.ts";
import { readH5Weights } from "./h5Weights.ts";
import { isKerasArchive, readKerasArchive } from "./kerasArchive.ts";
import { layerOf, recognise, type WeightFile } from "./recognise.ts";
import { LARGEST_FILE, tensorsIn } from "./tensorFiles.ts";
import { fromTorchvision } from "./torchvision.ts";

/**
 * Reads a file of weights by what is in it, whatever its name: what Keras saved (weights or a whole model as .h5,
 * .weights.h5, .keras), what torch.save wrote, of which nothing is run, or safetensors.
 *
 * @param only "backbone": the weights of the network that is recognised, without its classifier; of another, none
 * @throws AnchorkitError if the file cannot be read, is larger than 1 GiB, of another form, damaged, cut off, or has no
 * weights
 */
export async function readWeightFile(path: string, only: "all" | "backbone"): Promise<WeightFile> {
  const bytes = await readFileWithin(path, LARGEST_FILE);
  if (isHdf5(bytes)) return readH5Weights(bytes, path, only);
  const zip = isZip(bytes) ? await openZip(bytes, path) : undefined;
  if (zip && isKerasArchive(zip)) {
    const archive = await readKerasArchive(zip, path);
    return readH5Weights(archive.bytes, path, only, archive.config);
  }
  const tensors = await tensorsIn(bytes, path, zip);
  if (tensors) return fromTensors(tensors, path, only);
  throw new AnchorkitError(
    `${path}: no file of weights; give one that Keras saved (.h5, .keras), or one of torch.save (.pth) or .safetensors`,
  );
}

function fromTensors({ tensors, leftOut }: Tensors, path: string, only: "all" | "backbone"): WeightFile {
  const torchvision = only === "backbone" ? fromTorchvision(path, tensors) : undefined;
  if (torchvision) {
    const others = leftOut.filter((name) => !name.endsWith(".num_batches_tracked")); // no weight, and needed by nobody
    return { ...torchvision, leftOut: [...others, ...torchvision.leftOut] };
  }
  const network = recognise(new Map([...tensors].map(([name, { shape }]) => [name, shape])));
  const isWanted = (name: string): boolean => only === "all" || network?.layers.test(layerOf(name)) === true;
  const others = [...tensors.keys()].filter((name) => !isWanted(name)).map(layerOf);
  return {
    network,
    weights: new Map([...tensors].filter(([name]) => isWanted(name))),
    leftOut: [...new Set([...leftOut, ...others])],
  };
}
