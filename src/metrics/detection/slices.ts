import type { ClassDetections, ClassTruths } from "./byClass.ts";

/**
 * A part of all objects that is measured by itself, such as the small ones. Labelled objects outside it do not count
 * (they are neither found nor missed), nor do detections outside it that found nothing.
 */
export interface Slice {
  name: string;
  /** Whether the object in a row of a class's table is in the slice. */
  has: (objects: ClassTruths | ClassDetections, row: number) => boolean;
}

/** All objects. */
export const ALL: Slice = { name: "all", has: () => true };

/** Objects of `smallest` to `largest` square pixels, both inclusive as in COCO (so that neighbouring ranges share a border). */
export function areaSlice(name: string, smallest: number, largest: number): Slice {
  return {
    name,
    has: ({ areas }, row) => {
      const area = areas[row] as number;
      return area >= smallest && area <= largest;
    },
  };
}
