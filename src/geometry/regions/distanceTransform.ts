import { checkGrid, type GridSize, type PixelLabels } from "./pixelGrid.ts";

/**
 * The Euclidean distance from each pixel to the nearest one of another label, between their centres: 1 next to the
 * border. It is 0 in the background, and Infinity where all of the image has one label. What lies beyond the image's edge
 * is no other label, so that an object that is cut by the edge goes on there. Of a mask of 0 and 1 it is the usual
 * distance transform; objects that touch are each other's border.
 *
 * Exact, in a time that goes with the pixels: the nearest pixel of another label in each column, then along each row the
 * lower envelope of parabolas of P. F. Felzenszwalb and D. P. Huttenlocher, "Distance Transforms of Sampled Functions",
 * Theory of Computing 8 (2012). A row is cut where the label changes: nothing beyond the first other pixel is nearer.
 *
 * @param labels [height, width], row-major
 * @returns [height, width]
 * @throws RangeError where labels are not as many as the pixels
 */
export function distanceTransform(labels: PixelLabels, size: GridSize): Float32Array<ArrayBuffer> {
  checkGrid("distanceTransform: labels", labels, size);
  const { width, height } = size;
  const distances = distancesInColumns(labels, size);
  const envelope = new Envelope(width + 2);
  for (let row = 0; row < width * height; row += width) {
    for (let start = 0; start < width;) {
      const label = labels[row + start];
      let end = start + 1;
      while (end < width && labels[row + end] === label) end++;
      if (label !== 0) {
        envelope.clear();
        if (start > 0) envelope.add(start - 1, 0);
        for (let x = start; x < end; x++) envelope.add(x, distances[row + x] as number);
        if (end < width) envelope.add(end, 0);
        envelope.read(distances, row, start, end);
      }
      start = end;
    }
  }
  return distances;
}

/** [height, width] how far the nearest pixel of another label in the same column is; 0 in the background. */
function distancesInColumns(labels: PixelLabels, { width, height }: GridSize): Float32Array<ArrayBuffer> {
  const distances = new Float32Array(width * height);
  for (let i = 0; i < width; i++) if (labels[i] !== 0) distances[i] = Infinity;
  for (let i = width; i < distances.length; i++) {
    if (labels[i] === 0) continue;
    distances[i] = labels[i] === labels[i - width] ? (distances[i - width] as number) + 1 : 1;
  }
  for (let i = distances.length - width - 1; i >= 0; i--) {
    if (labels[i] === 0) continue;
    const below = labels[i] === labels[i + width] ? (distances[i + width] as number) + 1 : 1;
    if (below < (distances[i] as number)) distances[i] = below;
  }
  return distances;
}

/** The lower envelope of parabolas (x - place)^2 + distance^2, whose places are given from left to right. */
class Envelope {
  readonly #places: Int32Array;
  readonly #squares: Float64Array;
  /** Where each parabola of the envelope begins to be the lowest. */
  readonly #starts: Float64Array;
  #length = 0;

  constructor(most: number) {
    this.#places = new Int32Array(most);
    this.#squares = new Float64Array(most);
    this.#starts = new Float64Array(most);
  }

  clear(): void {
    this.#length = 0;
  }

  add(place: number, distance: number): void {
    if (distance === Infinity) return;
    const square = distance * distance;
    const height = square + place * place;
    let start = -Infinity;
    while (this.#length > 0) {
      const last = this.#places[this.#length - 1] as number;
      start = (height - ((this.#squares[this.#length - 1] as number) + last * last)) / (2 * (place - last));
      if (start > (this.#starts[this.#length - 1] as number)) break;
      this.#length--;
      start = -Infinity;
    }
    this.#places[this.#length] = place;
    this.#squares[this.#length] = square;
    this.#starts[this.#length++] = start;
  }

  /** Writes the root of the envelope from `start` to `end` into a row. */
  read(distances: Float32Array, row: number, start: number, end: number): void {
    for (let x = start, i = 0; x < end; x++) {
      while (i + 1 < this.#length && (this.#starts[i + 1] as number) < x) i++;
      const step = x - (this.#places[i] as number);
      distances[row + x] = this.#length === 0 ? Infinity : Math.sqrt(step * step + (this.#squares[i] as number));
    }
  }
}
