import type { ImageRecord, LabelledObject } from "../dataset.ts";

/** The objects that a detector learns: neither difficult nor crowds. */
export function trainedObjects({ objects }: ImageRecord): LabelledObject[] {
  return objects.filter(({ difficult, crowd }) => !difficult && !crowd);
}
