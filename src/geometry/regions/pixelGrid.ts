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

/** Pixels with a margin of one on all sides, so that each has all its neighbours. */
export interface MarginGrid {
  /** Places with the margin: (width + 2) * (height + 2). */
  length: number;
  /** From a place to each of its neighbours. */
  steps: readonly number[];
  /** Copies [height, width] into places, whose margin stays as it is. */
  widen<T extends PixelLabels | Float32Array>(values: ArrayLike<number>, into: T): T;
  /** Copies places into [height, width]. */
  crop<T extends PixelLabels | Float32Array>(places: ArrayLike<number>, into: T): T;
  /** The pixel of a place. */
  pixelAt: (place: number) => number;
}

export function marginGrid({ width, height }: GridSize, connectivity: Connectivity): MarginGrid {
  const stride = width + 2;
  const sides = [-stride, -1, 1, stride];
  const copy = <T extends PixelLabels | Float32Array>(values: ArrayLike<number>, into: T, widening: boolean): T => {
    for (let y = 0, pixel = 0; y < height; y++) {
      for (let place = (y + 1) * stride + 1, x = 0; x < width; x++, place++, pixel++) {
        if (widening) into[place] = values[pixel] as number;
        else into[pixel] = values[place] as number;
      }
    }
    return into;
  };
  return {
    length: stride * (height + 2),
    steps: connectivity === 4 ? sides : [...sides, -stride - 1, 1 - stride, stride - 1, stride + 1],
    widen: (values, into) => copy(values, into, true),
    crop: (places, into) => copy(places, into, false),
    pixelAt: (place) => (Math.floor(place / stride) - 1) * width + (place % stride) - 1,
  };
}

/** Throws RangeError unless it is 4 or 8. */
export function checkConnectivity(where: string, connectivity: Connectivity): Connectivity {
  if (connectivity === 4 || (connectivity as unknown) === 8) return connectivity;
  throw new RangeError(`${where}: connectivity must be 4 or 8, got ${String(connectivity)}`);
}

/** Throws RangeError where one of the values is NaN. */
export function checkNumbers(where: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new RangeError(`${where}: pixel ${i} must be a number, got NaN`);
  }
}
