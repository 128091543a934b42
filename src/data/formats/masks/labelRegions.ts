import { AnchorkitError } from "../../../base/errors.ts";
import type { Rle } from "../../../geometry/masks/rle.ts";

/** Pixels of an image that have the same class and object. */
export interface LabelRegion {
  /** The number of the class, and of the object in the image; 0 where there is no image of them. */
  classValue: number;
  objectValue: number;
  mask: Rle;
}

/** No label image shows more; a photo does. */
const MAX_REGIONS = 20_000;

/** Of label images and photos, only photos change so often from pixel to pixel. */
const MAX_RUNS = 10_000_000;

/**
 * Divides an image into regions of the same numbers, in the order of these. It is gone through once, so that a thousand
 * objects cost no more than one.
 *
 * @param classes [height, width], row-major; undefined where objects alone are known
 * @param objects likewise; undefined where classes alone are known
 * @param where the file, for messages
 * @throws AnchorkitError for an image of more than 20,000 regions
 */
export function regionsOf(
  classes: Uint32Array | undefined,
  objects: Uint32Array | undefined,
  { width, height }: { width: number; height: number },
  where: string,
): LabelRegion[] {
  const found = new Map<number, { classValue: number; objectValue: number; runs: number[] }>();
  let runs = 0;
  let [start, classValue, objectValue] = [0, classes?.[0] ?? 0, objects?.[0] ?? 0];
  const close = (end: number): void => {
    const key = classValue * 2 ** 26 + objectValue;
    const region = found.get(key) ?? { classValue, objectValue, runs: [] };
    found.set(key, region);
    region.runs.push(start, end);
    if (found.size > MAX_REGIONS || ++runs > MAX_RUNS) {
      throw new AnchorkitError(`${where}: has too many values for a mask: is it a photo?`);
    }
  };
  // Down the columns, as run lengths go.
  for (let x = 0, place = 0; x < width; x++) {
    for (let at = x; place < (x + 1) * height; at += width, place++) {
      const [nextClass, nextObject] = [classes?.[at] ?? 0, objects?.[at] ?? 0];
      if (nextClass === classValue && nextObject === objectValue) continue;
      if (place > 0) close(place);
      [start, classValue, objectValue] = [place, nextClass, nextObject];
    }
  }
  close(width * height);
  return [...found.values()]
    .sort((a, b) => a.classValue - b.classValue || a.objectValue - b.objectValue)
    .map((region) => ({
      ...{ classValue: region.classValue, objectValue: region.objectValue },
      mask: { height, width, counts: countsOf(region.runs, width * height) },
    }));
}

/** Run lengths of what lies from each start to each end. */
function countsOf(runs: readonly number[], pixels: number): Uint32Array {
  const counts: number[] = [];
  let before = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [start, end] = [runs[i] ?? 0, runs[i + 1] ?? 0];
    counts.push(start - before, end - start);
    before = end;
  }
  if (before < pixels) counts.push(pixels - before);
  return Uint32Array.from(counts);
}
