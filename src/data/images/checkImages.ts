import type { ImageRecord } from "../dataset.ts";
import { mapParallel } from "../parallel.ts";
import { decodeFrame, flatFrames, frameOf } from "./clipFrames.ts";
import { decodeImage } from "./images.ts";
import { DECODED_AT_ONCE } from "./imageSource.ts";

/**
 * Decodes the images of val, or all frames of its clips, without which no training can be measured, and then those of train until `hurry` is
 * aborted: damaged ones are known before the training begins. Decoding to a small size is quick and sees all damage.
 *
 * @returns when val is checked, and train is or was left
 * @throws AnchorkitError that names the first damaged image, and tells how many there are
 */
export async function checkImages(images: readonly ImageRecord[], hurry: AbortSignal): Promise<void> {
  const [val, train] = (["val", "train"] as const).map((split) => {
    const all = images.filter((image) => image.split === split);
    const still = all.filter(({ frames }) => !frames).map((image) => [image.file, image] as const);
    const { records: frames } = flatFrames(all.filter((image) => image.frames));
    return [...new Map(still).values(), ...frames]; // crops of one file are damaged together
  });
  await mapParallel([...(val ?? []), ...(train ?? [])], DECODED_AT_ONCE, async (image) => {
    if (image.split !== "val" && hurry.aborted) return;
    const frame = frameOf(image);
    if (frame) await decodeFrame(frame, image, SMALL);
    else await decodeImage(image.file, { size: SMALL });
  });
}

const SMALL = { width: 32, height: 32 };
