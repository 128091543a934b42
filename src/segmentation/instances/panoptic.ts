import { BACKGROUND, IGNORED, type LabelMap } from "../../geometry/masks/labelMap.ts";
import { paintMask } from "../../geometry/masks/drawMasks.ts";
import { checkRle } from "../../geometry/masks/rle.ts";
import { checkGrid } from "../../geometry/regions/pixelGrid.ts";
import type { PanopticMap, TruePanopticSegment } from "../../metrics/segmentation/panopticOverlaps.ts";
import type { PanopticClass } from "../../metrics/segmentation/panopticQuality.ts";
import type { Instance } from "./instancesOf.ts";

/** An object that was found, or one that is labelled. */
export type PanopticInstance = Pick<Instance, "mask" | "class"> & {
  /** A group of objects that are not told apart (COCO's iscrowd). */
  crowd?: boolean;
};

/** Each pixel of an image belongs to one segment, or to none. */
export interface PanopticResult extends PanopticMap<TruePanopticSegment> {
  /** [height * width], row by row: 0 for none (void). */
  ids: Int32Array<ArrayBuffer>;
}

/**
 * Objects and stuff in one map: a segment for each object of a class of things, and one for all pixels of each class of
 * stuff. No segment have the background, pixels that do not count, and pixels of things that are in no object.
 * Reference: A. Kirillov et al., "Panoptic Segmentation", 2019.
 *
 * @param labels the class of each pixel
 * @param instances where they overlap the pixel is the first one's: so the best come first. Those of stuff are passed
 *   over, and so are those of which no pixel is left
 * @param classes which of them are things
 * @throws RangeError where a mask is not of the map's size, or a class is not among `classes`
 */
export function panopticOf(
  labels: LabelMap,
  instances: readonly PanopticInstance[],
  classes: readonly PanopticClass[],
): PanopticResult {
  const { data, width, height } = labels;
  checkGrid("panopticOf: labels", data, labels);
  const drawn = new Int32Array(data.length);
  for (const [i, { mask, class: k }] of [...instances.entries()].reverse()) {
    const where = `panopticOf: instances[${i}]`;
    if (mask.width !== width || mask.height !== height) {
      const sizes = `${mask.width} x ${mask.height} (width x height), the map ${width} x ${height}`;
      throw new RangeError(`${where}: the mask must be as large as the map, and is ${sizes}`);
    }
    if (classAt(classes, k, where).isThing) paintMask(drawn, checkRle(where, mask), i + 1);
  }
  const segments: TruePanopticSegment[] = [];
  const idOf = new Int32Array(instances.length + 1 + 256); // of each object, then of each label
  const ids = drawn.map((object, i) => {
    const label = data[i] as number;
    if (label === IGNORED) return 0;
    const slot = object === 0 ? instances.length + 1 + label : object;
    if (idOf[slot] === 0) {
      const segment = object === 0 ? stuffOf(label, classes, i) : segmentOf(instances[object - 1]);
      if (!segment) return 0;
      idOf[slot] = segments.push({ id: segments.length + 1, ...segment });
    }
    return idOf[slot] as number;
  });
  return { ids, segments };
}

function segmentOf(instance: PanopticInstance | undefined): Omit<TruePanopticSegment, "id"> | undefined {
  return instance && { class: instance.class, ...(instance.crowd === true && { crowd: true }) };
}

function stuffOf(
  label: number,
  classes: readonly PanopticClass[],
  pixel: number,
): Omit<TruePanopticSegment, "id"> | undefined {
  if (label === BACKGROUND || classAt(classes, label - 1, `panopticOf: labels: pixel ${pixel}`).isThing)
    return undefined;
  return { class: label - 1 };
}

function classAt(classes: readonly PanopticClass[], k: number, where: string): PanopticClass {
  const found = classes[k];
  if (found) return found;
  throw new RangeError(`${where}: class must be an index below ${classes.length}, got ${k}`);
}
