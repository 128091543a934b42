import type { Size } from "../../base/preprocessing.ts";
import type { ImageRecord, LabelledObject } from "../../data/dataset.ts";
import { maskOf } from "../../data/formats/masks/maskPng.ts";
import { hasOutline } from "../../data/trainedObjects.ts";
import { drawLabelMap } from "../../geometry/masks/drawMasks.ts";
import { BACKGROUND, IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import { sampleMap } from "../../geometry/masks/sampleMap.ts";

/**
 * The label map of an image: 0 is the background, k + 1 the class of index k, 255 what does not count. Where outlines
 * overlap, the smaller one lies on top; difficult objects and crowds have their class. What is `ignored` does not count,
 * nor does the box of an object without an outline, but for the outlined objects in it.
 *
 * @param size of the map: the image's as it is labelled unless told; another takes the label under each pixel's middle
 */
export function labelMapOf(image: ImageRecord, size: Size = image): LabelMap {
  const { width, height, objects, ignored } = image;
  const outlined = objects.filter(hasOutline).map((object) => ({ mask: maskOf(object, image), class: object.class }));
  const map = drawLabelMap(outlined, { width, height }, ignored);
  for (const object of objects) if (!hasOutline(object)) ignoreBox(map, object.box);
  return { width: size.width, height: size.height, data: sampleMap(map.data, map, size) };
}

/** What the box touches of the background does not count. */
function ignoreBox({ data, width, height }: LabelMap, [x1, y1, x2, y2]: LabelledObject["box"]): void {
  const [left, right] = [Math.max(0, Math.floor(x1)), Math.min(width, Math.ceil(x2))];
  for (let y = Math.max(0, Math.floor(y1)); y < Math.min(height, Math.ceil(y2)); y++) {
    for (let at = y * width + left; at < y * width + right; at++) if (data[at] === BACKGROUND) data[at] = IGNORED;
  }
}
