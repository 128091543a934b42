import type { ImageRecord } from "../dataset.ts";
import { mapParallel } from "../parallel.ts";
import { decodeImage } from "./images.ts";
import { DECODED_AT_ONCE } from "./imageSource.ts";

/**
 * Decodes the images of val, without which no training can be measured, and then those of train until `hurry` is
 * aborted: damaged ones are known before the training begins. Decoding to a small size is quick and sees all damage.
 *
 * @returns when val is checked, and train is or was left
 * @throws AnchorkitError that names the first damaged image, and tells how many there are
 */
export async function checkImages(images: readonly ImageRecord[], hurry: AbortSignal): Promise<void> {
  const [val, train] = (["val", "train"] as const).map((split) => {
    const files = images.filter((image) => image.split === split).map((image) => [image.file, image] as const);
    return new Map(files).values(); // crops of one file are damaged together
  });
  await mapParallel([...(val ?? []), ...(train ?? [])], DECODED_AT_ONCE, async ({ file, split }) => {
    if (split === "val" || !hurry.aborted) await decodeImage(file, { size: SMALL });
  });
}

const SMALL = { width: 32, height: 32 };
