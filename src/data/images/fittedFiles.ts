import { availableParallelism } from "node:os";
import { AnchorkitError } from "../../base/errors.ts";
import { type Framing, placeOnCanvas, type Size } from "../../base/preprocessing.ts";
import { startThread } from "../../base/thread.ts";
import { Threads } from "../../base/threads.ts";
import { prefetch } from "../prefetch.ts";
import { type DecodedImage, decodeImage } from "./images.ts";

/** An image at the size that it has on the canvas, and the size it had before. */
export interface FittedImage extends Size {
  pixels: Uint8Array;
  original: Size;
}

/** An image file, or why it could not be read. */
export type FittedFile = FittedImage | { error: string };

export interface FitTask {
  file: string;
  framing: Framing;
}

/** Chunks of images that are being decoded; reading an image takes a few turns of the event loop. */
export const CHUNKS_AHEAD = 4;

/** From so many files on, threads pay: they need some tenths of a second to begin, and are kept then. */
const WORTH_THREADS = 256;

/**
 * Reads image files in chunks of `size`, in their order; the next ones are decoded while the caller is busy, of many files
 * in threads of their own.
 */
export function fittedFiles(
  files: readonly string[],
  size: number,
  framing: Framing,
): AsyncGenerator<{ file: string; image: FittedFile }[]> {
  if (files.length >= WORTH_THREADS) {
    // As many as there are cores: the caller's thread waits for them, or for TensorFlow.
    const count = Math.min(4, availableParallelism());
    threads ??= new Threads(() => startThread("fitThread", import.meta.url), { work: "reading images", count });
  }
  const image = (file: string): Promise<FittedFile> => threads?.run({ file, framing }) ?? readFitted(file, framing);
  return prefetch(chunksOf(files, size), CHUNKS_AHEAD, (chunk) =>
    Promise.all(chunk.map(async (file) => ({ file, image: await image(file) }))),
  );
}

let threads: Threads<FitTask, FittedFile> | undefined;

/** What the threads do with a file. */
export async function readFitted(file: string, framing: Framing): Promise<FittedFile> {
  try {
    return fittedImage(await decodeImage(file, { size: (original) => placeOnCanvas(original, framing) }));
  } catch (error) {
    if (error instanceof AnchorkitError) return { error: error.message };
    throw error;
  }
}

/** An image that was decoded to the size that it has on the canvas, as networks are fed it. */
export function fittedImage({ data, width, height, originalWidth, originalHeight }: DecodedImage): FittedImage {
  return { pixels: data, width, height, original: { width: originalWidth, height: originalHeight } };
}

/** So many items at once, in their order. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
