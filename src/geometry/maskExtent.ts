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
export function boxOf({ height, width, counts }: Rle): [number, number, number, number] {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    const start = end;
    end += counts[i] as number;
    if (i % 2 === 0 || start === end) continue;
    const left = Math.floor(start / height);
    const right = Math.floor((end - 1) / height);
    if (left < x1) x1 = left;
    x2 = right + 1; // runs go from left to right
    if (left < right) {
      // A run into the next column touches the bottom of one and the top of the other.
      [y1, y2] = [0, height];
    } else {
      y1 = Math.min(y1, start % height);
      y2 = Math.max(y2, ((end - 1) % height) + 1);
    }
  }
  return x2 === 0 ? [0, 0, 0, 0] : [x1, y1, x2, y2];
}
