import { checkGrid, type GridSize, type PixelLabels } from "../../geometry/regions/pixelGrid.ts";

export interface SeparationOptions {
  /** How wide a gap between objects still has weight, in pixels: at d1 + d2 = sigma it is 0.61 of the most. Default 5. */
  sigma?: number;
}

/**
 * Weights that teach a network the gaps between objects that nearly touch: 255 * exp(-(d1 + d2)^2 / (2 sigma^2)), d1 and
 * d2 the distances from a pixel of the background to the nearest and the second nearest object (between the centres of
 * pixels: 1 next to an object). They are 0 inside of objects, and everywhere where there are fewer than two.
 * Reference: O. Ronneberger et al., "U-Net", 2015, equation 2, of which this is the second term over w0.
 *
 * Exact, in a time that does not grow with the number of objects. First each pixel gets the two nearest objects of its
 * column. Then the two nearest objects of all are among those of the columns near by, looked at from the nearest on: an
 * object that is third in a column is no nearer than the two before it. Distances at which the weight is rounded to 0
 * are not looked for.
 *
 * @param instances [height, width], row-major: 0 is no object, i the i-th
 * @returns [height, width]
 * @throws RangeError where instances are not as many as the pixels, or sigma is not a number above 0
 */
export function separationWeights(
  instances: PixelLabels,
  size: GridSize,
  { sigma = 5 }: SeparationOptions = {},
): Uint8Array<ArrayBuffer> {
  checkGrid("separationWeights: instances", instances, size);
  if (!(sigma > 0)) throw new RangeError(`separationWeights: sigma must be above 0, got ${sigma}`);
  const { width, height } = size;
  const weights = new Uint8Array(width * height);
  // 255 exp(-sum^2 / 2 sigma^2) < 0.5 beyond this sum of distances, of which the smaller, the nearest, is 1 at least.
  const farthest = Math.min(2 * Math.hypot(width, height), sigma * Math.sqrt(2 * Math.log(510)) - 1);
  const beyond = Math.max(0, Math.floor(farthest)) + 1;
  const above = new NearestTwo(width * height, beyond);
  above.advance(0, 0, instances, 0, width);
  for (let row = width; row < weights.length; row += width) above.advance(row, row - width, instances, row, width);
  const below = new NearestTwo(width, beyond);
  const both = new NearestTwo(width + 2 * beyond, beyond); // a margin on both sides for the search
  const scale = -1 / (2 * sigma * sigma);
  for (let row = weights.length - width; row >= 0; row -= width) {
    below.advance(0, 0, instances, row, width);
    both.merge(above, row, below);
    for (let x = 0; x < width; x++) {
      if (instances[row + x] !== 0) continue;
      const sum = sumOfNearestTwo(both, beyond + x, beyond * beyond);
      if (sum < Infinity) weights[row + x] = Math.round(255 * Math.exp(sum * sum * scale));
    }
  }
  return weights;
}

/** The nearest and the second nearest object of places in their columns. */
class NearestTwo {
  /** 0 where there is none. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Distances up to `beyond`, which stands for all that are too far. */
  readonly toFirst: Int32Array;
  readonly toSecond: Int32Array;

  constructor(
    length: number,
    readonly beyond: number,
  ) {
    this.first = new Int32Array(length);
    this.second = new Int32Array(length);
    this.toFirst = new Int32Array(length).fill(beyond);
    this.toSecond = new Int32Array(length).fill(beyond);
  }

  /** A row from the one before it in the direction of the walk, and from the objects in it. */
  advance(row: number, from: number, instances: PixelLabels, pixels: number, width: number): void {
    const { first, second, toFirst, toSecond, beyond } = this;
    for (let x = 0; x < width; x++) {
      const [to, at] = [row + x, from + x];
      const object = instances[pixels + x] as number;
      const last = first[at] as number;
      const toLast = Math.min(beyond, (toFirst[at] as number) + 1);
      if (object === 0 || object === last) {
        second[to] = second[at] as number;
        toSecond[to] = Math.min(beyond, (toSecond[at] as number) + 1);
        first[to] = last;
        toFirst[to] = object === 0 ? toLast : 0;
      } else {
        second[to] = last;
        toSecond[to] = toLast;
        first[to] = object;
        toFirst[to] = 0;
      }
    }
  }

  /** A row, within its margins, from what is nearest above and what is nearest below. */
  merge(above: NearestTwo, row: number, below: NearestTwo): void {
    const { first, second, toFirst, toSecond, beyond } = this;
    for (let x = 0; x < below.first.length; x++) {
      const [at, to] = [row + x, beyond + x];
      const isAbove = (above.toFirst[at] as number) <= (below.toFirst[x] as number);
      const [near, far] = isAbove ? [above, below] : [below, above];
      const [nearAt, farAt] = isAbove ? [at, x] : [x, at];
      const object = near.first[nearAt] as number;
      first[to] = object;
      toFirst[to] = near.toFirst[nearAt] as number;
      const other = far.first[farAt] as number;
      // Of the farther side the nearest object, or, where that is the same one, the next.
      const next = other === object ? (far.second[farAt] as number) : other;
      const toNext = other === object ? (far.toSecond[farAt] as number) : (far.toFirst[farAt] as number);
      const own = near.toSecond[nearAt] as number;
      second[to] = own <= toNext ? (near.second[nearAt] as number) : next;
      toSecond[to] = Math.min(own, toNext);
    }
  }
}

/**
 * The distance from a place of a row to the nearest object and that to the second nearest.
 * @param most squares from here on are too far
 * @returns their sum; Infinity where the second is too far
 */
function sumOfNearestTwo({ first, second, toFirst, toSecond }: NearestTwo, place: number, most: number): number {
  let object = 0;
  let [square, next] = [most, most]; // of the distances to `object` and to the nearest other one
  // At the place itself, then one to the left, one to the right, two to the left ... The nearest is no farther than half
  // of the sum, of which `most` is the square.
  for (let turn = 0; ; turn++) {
    const step = (turn + 1) >> 1;
    const away = step * step;
    if (away >= next || (object === 0 && 4 * away > most)) break;
    const at = turn % 2 === 0 ? place + step : place - step;
    const near = (toFirst[at] as number) * (toFirst[at] as number) + away;
    if (near >= next) continue;
    const seen = first[at] as number;
    if (seen === object) square = Math.min(square, near);
    else if (near < square) {
      next = square;
      square = near;
      object = seen;
    } else next = near;
    const far = (toSecond[at] as number) * (toSecond[at] as number) + away;
    if (far >= next) continue;
    const other = second[at] as number;
    if (other === object) square = Math.min(square, far);
    else if (far < square) {
      next = square;
      square = far;
      object = other;
    } else next = far;
  }
  return next === most ? Infinity : Math.sqrt(square) + Math.sqrt(next);
}
