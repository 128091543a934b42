import type { ImageRecord, LabelledObject } from "./dataset.ts";

/** Whether a detector learns the object: neither a difficult one nor a crowd. */
export function isTrained({ difficult, crowd }: LabelledObject): boolean {
  return difficult !== true && crowd !== true;
}

/** The objects of the image that a detector learns. */
export function trainedObjects({ objects }: ImageRecord): LabelledObject[] {
  return objects.filter(isTrained);
}
