import { AnchorkitError } from "../../base/errors.ts";
import { isZip, openZip, type ZipArchive } from "../../base/zip.ts";
import { readFileWithin } from "../boundedFiles.ts";
import type { Tensors } from "./floats.ts";
import { isSafetensors, readSafetensors } from "./safetensors.ts";
import { isLegacyTorch, readTorch } from "./torch/torchFile.ts";

/** No larger file of weights is read: VGG16 with its classifier has 0.55 GB. */
export const LARGEST_FILE = 2 ** 30;

/**
 * Reads a file of plain tensors, by what is in it, whatever its name: safetensors, or what torch.save wrote, of which
 * nothing is run. Names are as in the file, without the "module." that torch's DataParallel puts before all of them.
 *
 * @throws AnchorkitError if the file cannot be read, is larger than 1 GiB, of another form, damaged, or cut off
 */
export async function readTensors(path: string): Promise<Tensors> {
  const bytes = await readFileWithin(path, LARGEST_FILE);
  const read = await tensorsIn(bytes, path, isZip(bytes) ? await openZip(bytes, path) : undefined);
  if (!read) throw new AnchorkitError(`${path}: neither a safetensors file nor one that torch.save wrote`);
  return read;
}

/**
 * The tensors of a file that is in memory; undefined: it is of another form.
 *
 * @param path what messages name
 * @param zip the file as a zip archive, if it is one
 * @throws AnchorkitError if it is damaged or cut off, or holds no floating-point numbers
 */
export async function tensorsIn(bytes: Uint8Array, path: string, zip?: ZipArchive): Promise<Tensors | undefined> {
  const read = isSafetensors(bytes)
    ? readSafetensors(bytes, path)
    : zip || isLegacyTorch(bytes)
      ? await readTorch(bytes, path, zip)
      : undefined;
  if (read?.tensors.size === 0) throw new AnchorkitError(`${path}: holds no floating-point tensors`);
  return read && withoutModule(read);
}

function withoutModule({ tensors, metadata, leftOut }: Tensors): Tensors {
  const prefix = "module.";
  if (![...tensors.keys()].every((name) => name.startsWith(prefix))) return { tensors, metadata, leftOut };
  const bare = (name: string): string => (name.startsWith(prefix) ? name.slice(prefix.length) : name);
  const named = [...tensors].map(([name, value]) => [bare(name), value] as const);
  return { tensors: new Map(named), metadata, leftOut: leftOut.map(bare) };
}
