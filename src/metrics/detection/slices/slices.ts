import type { ClassDetections, ClassTruths } from "../coco/byClass.ts";

/**
 * A part of all objects that is measured by itself, such as the small ones. Labelled objects outside it do not count
 * (they are neither found nor missed), nor do detections outside it that found nothing.
 */
export interface Slice {
  name: string;
  /** Whether the object in a row of a class's table is in the slice. */
  has: (objects: ClassTruths | ClassDetections, row: number) => boolean;
  /** For a part that is whole images with all their objects: whether this one is in it. Saves time. */
  hasImage?: (image: number) => boolean;
}

/** COCO's largest area of an object. */
const LARGEST_AREA = 1e5 ** 2;

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

/** Small, medium and large objects as in COCO: up to 32 * 32 pixels, up to 96 * 96, and above. */
export function sizeSlices(): Slice[] {
  return [
    areaSlice("small", 0, 32 ** 2),
    areaSlice("medium", 32 ** 2, 96 ** 2),
    areaSlice("large", 96 ** 2, LARGEST_AREA),
  ];
}

/** Objects of up to 16 * 16 pixels (xs), 32 * 32 (s), 96 * 96 (m), 288 * 288 (l), and above (xl). */
export function fineSizeSlices(): Slice[] {
  return [
    areaSlice("xs", 0, 16 ** 2),
    areaSlice("s", 16 ** 2, 32 ** 2),
    areaSlice("m", 32 ** 2, 96 ** 2),
    areaSlice("l", 96 ** 2, 288 ** 2),
    areaSlice("xl", 288 ** 2, LARGEST_AREA),
  ];
}

/** Tall boxes (more than twice as high as wide), wide ones (more than twice as wide as high), and the square ones between. */
export function aspectSlices(): Slice[] {
  const isTall = (width: number, height: number): boolean => height > 2 * width;
  const isWide = (width: number, height: number): boolean => width > 2 * height;
  return [
    shapeSlice("tall", isTall),
    shapeSlice("square", (width, height) => !isTall(width, height) && !isWide(width, height)),
    shapeSlice("wide", isWide),
  ];
}

function shapeSlice(name: string, isIn: (width: number, height: number) => boolean): Slice {
  return {
    name,
    has: ({ boxes }, row) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(row * 4, row * 4 + 4);
      return isIn(x2 - x1, y2 - y1);
    },
  };
}
