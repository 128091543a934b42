import { distanceTransform } from "../../geometry/regions/distanceTransform.ts";
import type { GridSize, PixelLabels } from "../../geometry/regions/pixelGrid.ts";

/** A pixel at the border is half a pixel from it: the border runs between the pixels. */
const TO_BORDER = 0.5;

/**
 * How deep each pixel lies in its object, as a network learns it: 255 * d / (the largest d of the object), where d is
 * the exact distance to the nearest pixel outside of the object, less half a pixel (so 0.5 next to the border). It is 0
 * outside of objects. Between objects that touch there is a valley.
 *
 * What lies beyond the image's edge is no border: an object that is cut by the edge goes on growing towards it, as it
 * would if one saw the rest of it. An object that fills the image is 255 everywhere. An object in several parts has one
 * largest distance.
 *
 * @param instances [height, width], row-major: 0 is no object, i the i-th
 * @returns [height, width], at least 1 inside of objects
 * @throws RangeError where instances are not as many as the pixels
 */
export function distanceTargets(instances: PixelLabels, size: GridSize): Uint8Array<ArrayBuffer> {
  const distances = distanceTransform(instances, size);
  let highest = 0;
  for (let i = 0; i < instances.length; i++) highest = Math.max(highest, instances[i] as number);
  const largest = new Float32Array(highest + 1);
  for (let i = 0; i < distances.length; i++) {
    const object = instances[i] as number;
    if ((distances[i] as number) > (largest[object] as number)) largest[object] = distances[i] as number;
  }
  const targets = new Uint8Array(distances.length);
  for (let i = 0; i < targets.length; i++) {
    const object = instances[i] as number;
    if (object === 0) continue;
    const most = largest[object] as number;
    const share = most === Infinity ? 1 : ((distances[i] as number) - TO_BORDER) / (most - TO_BORDER);
    targets[i] = Math.max(1, Math.round(255 * share));
  }
  return targets;
}
