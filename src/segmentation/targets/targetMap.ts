import type { Size } from "../../base/preprocessing.ts";
import type { PixelMap } from "../../data/augment/apply/warp.ts";
import { MAP_CHANNELS } from "../../data/batches/mapBatches.ts";
import type { ImageRecord } from "../../data/dataset.ts";
import { hasOutline, isTrained } from "../../data/trainedObjects.ts";
import { maskOf } from "../../data/formats/masks/maskPng.ts";
import { instanceMap } from "../../geometry/masks/drawMasks.ts";
import { sampleMap } from "../../geometry/masks/sampleMap.ts";
import { distanceTargets } from "./distanceTargets.ts";
import { labelMapOf } from "./labelMapOf.ts";
import { separationWeights } from "./separationWeights.ts";

/** What is learnt beside the classes. */
export interface TargetChoice {
  /** How deep each pixel lies in its object, see distanceTargets. */
  distance: boolean;
  /** The gaps between objects weigh more, see separationWeights. */
  separation: boolean;
}

/**
 * What a segmenter learns of an image, three bytes a pixel: its label (see labelMapOf), how deep it lies in its object, and
 * how much it separates objects, both 0 unless they are wanted. Computed at the size that the image is stored at; it stays
 * true however the image is turned, moved and zoomed afterwards.
 */
export function targetMap(image: ImageRecord, size: Size, { distance, separation }: TargetChoice): PixelMap {
  const labels = labelMapOf(image, size);
  const data = new Uint8Array(size.width * size.height * MAP_CHANNELS);
  const set = (channel: number, values: Uint8Array): void => {
    for (let i = 0; i < values.length; i++) data[i * MAP_CHANNELS + channel] = values[i] as number;
  };
  set(0, labels.data);
  if (distance || separation) {
    const masks = image.objects.filter((one) => hasOutline(one) && isTrained(one)).map((one) => maskOf(one, image));
    const instances = sampleMap(instanceMap(masks, image), image, size);
    if (distance) set(1, distanceTargets(instances, size));
    if (separation) set(2, separationWeights(instances, size));
  }
  return { ...size, data, channels: MAP_CHANNELS };
}
