import { AnchorkitError } from "../../base/errors.ts";
import { type Framing, placeOnCanvas, type Preprocessing, type Size } from "../../base/preprocessing.ts";
import { prefetch } from "../prefetch.ts";
import { CHUNKS_AHEAD, chunksOf, type FittedImage, fittedFiles } from "./fittedFiles.ts";
import type { ImageStore } from "./imageStore.ts";
import { pasteImage } from "./pasteImage.ts";

/**
 * What a model says of image files, in their order; the next ones are decoded while some run. A file that cannot be read
 * gives its error, and does not end the rest.
 *
 * @param size images that run at once @param run answers to so many images or fewer, in their order
 */
export async function* fittedAnswers<Answer>(
  files: readonly string[],
  size: number,
  framing: Framing,
  run: (images: readonly FittedImage[]) => readonly Answer[] | Promise<readonly Answer[]>,
): AsyncGenerator<{ file: string; size: Size; answer: Answer } | { file: string; error: AnchorkitError }> {
  for await (const chunk of fittedFiles(files, size, framing)) {
    const readable = chunk.flatMap(({ image }) => ("error" in image ? [] : [image]));
    const answers = [...(await run(readable))];
    for (const { file, image } of chunk) {
      if ("error" in image) yield { file, error: new AnchorkitError(image.error) };
      else yield { file, size: image.original, answer: answers.shift() as Answer };
    }
  }
}

/** Takes the images of a store in chunks of `size`, in their order. */
export function fittedRecords(store: ImageStore, size: number): AsyncGenerator<FittedImage[]> {
  const indices = Array.from({ length: store.length }, (_, i) => i);
  const read = (chunk: readonly number[]): Promise<FittedImage[]> =>
    Promise.all(chunk.map(async (i) => ({ ...(await store.get(i)), original: store.record(i) })));
  return prefetch(chunksOf(indices, size), CHUNKS_AHEAD, read);
}

/** What a network of so many images at once is fed: [batch, height, width, 3], slots without an image are filled. */
export function canvasBatch(images: readonly FittedImage[], batch: number, preprocessing: Preprocessing): Uint8Array {
  const { canvas, fill } = preprocessing;
  const pixels = new Uint8Array(batch * canvas.height * canvas.width * 3).fill(fill);
  images.forEach((image, slot) => {
    const { offsetX, offsetY } = placeOnCanvas(image.original, preprocessing);
    pasteImage(pixels, slot, canvas, image, offsetX, offsetY);
  });
  return pixels;
}
