import type { Size } from "../../base/preprocessing.ts";
import { readImageHeader } from "../images/images.ts";
import { mapParallel } from "../parallel.ts";

/** Of more files, none is opened: their name says too little. */
const MOST = 64;

/**
 * Of image files, those that are so large, as shown or as stored before EXIF turns them; all of them where the size is
 * not known or none has it.
 */
export async function imagesOfSize(files: readonly string[], size: Size | undefined): Promise<readonly string[]> {
  if (files.length < 2 || files.length > MOST || !size) return files;
  const fits = await mapParallel(files, 8, (file) => isOfSize(file, size));
  const found = files.filter((_, i) => fits[i]);
  return found.length > 0 ? found : files;
}

async function isOfSize(file: string, { width, height }: Size): Promise<boolean> {
  try {
    const header = await readImageHeader(file);
    const isTurned = header.orientation >= 5 && header.width === height && header.height === width;
    return isTurned || (header.width === width && header.height === height);
  } catch {
    return false; // placing says what is wrong with images that are taken
  }
}
