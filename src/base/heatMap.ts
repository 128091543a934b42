import { type Framing, placeOnCanvas, type Size } from "./preprocessing.ts";

/** How much each part of a network's canvas counts: `width` x `height` cells over all of it, row by row. */
export interface HeatMap extends Size {
  values: Float32Array;
}

/** Where a map is hottest, in pixels of the image. */
export interface HeatPeak {
  x: number;
  y: number;
  value: number;
}

/**
 * A map of the canvas as it lies on an image: bilinear between the centres of the cells, as bright at the edges as the
 * outermost cells are; 0 where the image lies outside of the canvas.
 *
 * @param image the size of the image @param framing how it came to the canvas
 * @param size of the picture of it that is drawn
 * @returns height * width values, row by row
 */
export function heatOnImage(map: HeatMap, image: Size, framing: Framing, size: Size = image): Float32Array {
  const { scaleX, scaleY, offsetX, offsetY } = placeOnCanvas(image, framing);
  const { canvas } = framing;
  const columns = samples(size.width, (image.width / size.width) * scaleX, offsetX, canvas.width, map.width);
  const rows = samples(size.height, (image.height / size.height) * scaleY, offsetY, canvas.height, map.height);
  const heat = new Float32Array(size.width * size.height);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) heat[y * size.width + x] = between(map, row, column);
  }
  return heat;
}

/** The hottest place of the image; undefined where all of it is 0. */
export function heatPeak(map: HeatMap, image: Size, framing: Framing): HeatPeak | undefined {
  const { scaleX, scaleY, offsetX, offsetY } = placeOnCanvas(image, framing);
  const { canvas } = framing;
  // bilinear: no place between the centres of cells, and where they are cut by the image's edges, is hotter than they are
  const xs = centresWithin(map.width, canvas.width, offsetX, image.width * scaleX);
  const ys = centresWithin(map.height, canvas.height, offsetY, image.height * scaleY);
  let peak: HeatPeak | undefined;
  for (const y of ys) {
    for (const x of xs) {
      const value = between(map, sampleAt(y, canvas.height, map.height), sampleAt(x, canvas.width, map.width));
      if (value > (peak?.value ?? 0)) peak = { x: (x - offsetX) / scaleX, y: (y - offsetY) / scaleY, value };
    }
  }
  return peak;
}

/** Two neighbouring cells, and how much the second counts; none outside of the canvas. */
type Sample = readonly [first: number, second: number, share: number] | undefined;

/** A sample for the middle of each pixel of a picture along one axis. */
function samples(count: number, scale: number, offset: number, canvas: number, cells: number): Sample[] {
  return Array.from({ length: count }, (_, i) => sampleAt((i + 0.5) * scale + offset, canvas, cells));
}

function sampleAt(place: number, canvas: number, cells: number): Sample {
  if (place < 0 || place > canvas) return undefined;
  const cell = Math.min(Math.max((place / canvas) * cells - 0.5, 0), cells - 1);
  const first = Math.floor(cell);
  return [first, Math.min(first + 1, cells - 1), cell - first];
}

function between({ values, width }: HeatMap, row: Sample, column: Sample): number {
  if (!row || !column) return 0;
  const [left, right, across] = column;
  const [top, bottom, down] = row;
  const at = (y: number): number =>
    (values[y * width + left] ?? 0) * (1 - across) + (values[y * width + right] ?? 0) * across;
  return at(top) * (1 - down) + at(bottom) * down;
}

/** The centres of the cells in pixels of the canvas, moved onto the part of it that the image covers. */
function centresWithin(cells: number, canvas: number, offset: number, length: number): number[] {
  const [low, high] = [Math.max(0, offset), Math.min(canvas, offset + length)];
  const centres = Array.from({ length: cells }, (_, i) => ((i + 0.5) * canvas) / cells);
  return [...new Set(centres.map((centre) => Math.min(Math.max(centre, low), high)))];
}
