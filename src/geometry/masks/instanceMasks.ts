import { checkGrid, type GridSize, type PixelLabels } from "../regions/pixelGrid.ts";
import { checkMaskSize, type Rle } from "./rle.ts";

/**
 * The mask of each object of a map of objects: `instanceMap` the other way round. The map is gone through once, however
 * many objects there are.
 *
 * @param instances [height, width], row-major: 0 is none, i + 1 the object of index i
 * @param count how many objects there are; one without a pixel has an empty mask
 * @throws RangeError where instances are not as many as the pixels, or a number is not one of 0 to count
 */
export function instanceMasks(instances: PixelLabels, count: number, size: GridSize): Rle[] {
  const { width, height } = size;
  checkMaskSize("instanceMasks", height, width);
  checkGrid("instanceMasks: instances", instances, size);
  const runs = Array.from({ length: count }, (): number[] => []);
  const ends = new Int32Array(count); // where the last run of each ended, down the columns
  for (let x = 0, place = 0; x < width; x++) {
    for (let at = x; at < instances.length; at += width, place++) {
      const id = instances[at] as number;
      if (id === 0) continue;
      const own = runs[id - 1];
      if (own === undefined) throw new RangeError(`instanceMasks: pixel ${at}: must be 0 to ${count}, got ${id}`);
      const gap = place - (ends[id - 1] as number);
      if (gap > 0 || own.length === 0) own.push(gap, 1);
      else own[own.length - 1] = (own[own.length - 1] as number) + 1;
      ends[id - 1] = place + 1;
    }
  }
  return runs.map((own, i) => {
    const rest = width * height - (ends[i] as number);
    if (rest > 0) own.push(rest);
    return { height, width, counts: Uint32Array.from(own) };
  });
}
