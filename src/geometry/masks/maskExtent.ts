import { checkRle, type Rle } from "./rle.ts";

/**
 * How many pixels of a mask are inside.
 * @throws RangeError where the runs do not sum up to height * width.
 */
export function maskArea(rle: Rle): number {
  const { counts } = checkRle("maskArea", rle);
  let area = 0;
  for (let i = 1; i < counts.length; i += 2) area += counts[i] as number;
  return area;
}

/**
 * The smallest box around the pixels inside a mask.
 * @returns [x1, y1, x2, y2] in whole pixels, x2 and y2 exclusive; [0, 0, 0, 0] where no pixel is inside.
 * @throws RangeError where the runs do not sum up to height * width.
 */
export function maskBox(rle: Rle): [number, number, number, number] {
  return boxOf(checkRle("maskBox", rle));
}

/** `maskBox` of a mask that is already checked. */
export function boxOf({ height, counts }: Rle): [number, number, number, number] {
  let [first, last] = [-1, 0]; // where the first inside run begins and the last one ends
  let [y1, y2] = [height, 0];
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    const start = end;
    end += count;
    if (i % 2 === 0 || count === 0) continue;
    if (first === -1) first = start;
    last = end;
    const top = start % height;
    const bottom = top + count;
    if (bottom <= height) {
      if (top < y1) y1 = top;
      if (bottom > y2) y2 = bottom;
    } else {
      // A run into the next column touches the bottom of one and the top of the other.
      y1 = 0;
      y2 = height;
    }
  }
  return first === -1 ? [0, 0, 0, 0] : [Math.floor(first / height), y1, Math.ceil(last / height), y2];
}
