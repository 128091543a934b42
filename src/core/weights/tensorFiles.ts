import { AnchorkitError } from "../../base/errors.ts";
import { isZip } from "../../base/zip.ts";
import { readFileWithin } from "../boundedFiles.ts";
import type { Tensors } from "./floats.ts";
import { isSafetensors, readSafetensors } from "./safetensors.ts";
import { isLegacyTorch, readTorch } from "./torch/torchFile.ts";

/** VGG16 with its classifier has 0.55 GB. */
const LARGEST_FILE = 2 ** 30;

/**
 * Reads a file of plain tensors, by what is in it, whatever its name: safetensors, or what torch.save wrote, of which
 * nothing is run. Names are as in the file, without the "module." that torch's DataParallel puts before all of them.
 *
 * @throws AnchorkitError if the file cannot be read, is larger than 1 GiB, of another form, damaged, or cut off
 */
export async function readTensors(path: string): Promise<Tensors> {
  const bytes = await readFileWithin(path, LARGEST_FILE);
  const read = isSafetensors(bytes)
    ? readSafetensors(bytes, path)
    : isZip(bytes) || isLegacyTorch(bytes)
      ? await readTorch(bytes, path)
      : undefined;
  if (!read) throw new AnchorkitError(`${path}: neither a safetensors file nor one that torch.save wrote`);
  if (read.tensors.size === 0) throw new AnchorkitError(`${path}: holds no floating-point tensors`);
  return withoutModule(read);
}

function withoutModule({ tensors, metadata, leftOut }: Tensors): Tensors {
  const prefix = "module.";
  if (![...tensors.keys()].every((name) => name.startsWith(prefix))) return { tensors, metadata, leftOut };
  const bare = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  return {
    tensors: new Map([...tensors].map(([name, value]) => [bare(name), value])),
    metadata,
    leftOut: leftOut.map(bare),
  };
}
