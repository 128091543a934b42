import type { ImageRecord, LabelledObject, Segmentation } from "./dataset.ts";

/** Whether a detector learns the object: neither a difficult one nor a crowd. */
export function isTrained({ difficult, crowd }: LabelledObject): boolean {
  return difficult !== true && crowd !== true;
}

/** The objects of the image that a detector learns. */
export function trainedObjects({ objects }: ImageRecord): LabelledObject[] {
  return objects.filter(isTrained);
}

/** Whether an object is outlined, by polygons or a mask. */
export function hasOutline<T extends LabelledObject>(object: T): object is T & { segmentation: Segmentation } {
  const { segmentation } = object;
  return segmentation !== undefined && (!Array.isArray(segmentation) || segmentation.length > 0);
}
