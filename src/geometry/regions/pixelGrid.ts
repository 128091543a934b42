/** Whole pixels. */
export interface GridSize {
  width: number;
  height: number;
}

/** A number for each pixel, row by row: 0 is the background, the others name a class, an object or a region. */
export type PixelLabels = Uint8Array | Uint16Array | Uint32Array | Int32Array;

/** Which pixels are neighbours: 4 those that share a side, 8 those that share a corner too. */
export type Connectivity = 4 | 8;

/**
 * Throws RangeError unless there is a number for each pixel.
 * @param where what an error names first: the function and the argument, as in "watershed: elevation"
 */
export function checkGrid(where: string, values: ArrayLike<number>, { width, height }: GridSize): void {
  for (const [name, side] of [["width", width] as const, ["height", height] as const]) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`${where}: ${name} must be a whole number of pixels from 1, got ${side}`);
    }
  }
  if (values.length !== width * height) {
    throw new RangeError(`${where} must have ${width} x ${height} (width x height) numbers, got ${values.length}`);
  }
}
