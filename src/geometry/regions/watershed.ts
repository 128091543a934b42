import type { ComponentOptions } from "./connectedComponents.ts";
import { FloodQueue } from "./floodQueue.ts";
import {
  checkConnectivity,
  checkGrid,
  checkNumbers,
  marginGrid,
  type GridSize,
  type PixelLabels,
} from "./pixelGrid.ts";

/**
 * Divides a mask among markers: water rises from all of them at once over the elevation, and where two waters meet is
 * the border of their regions. Each pixel that a marker reaches within the mask belongs to one, without dams between.
 * The lowest pixel that lies at the water is next, of equal ones the one that was reached first (markers row by row,
 * then neighbours at sides before those at corners), so that a plateau is divided in the middle and the same input has
 * one answer. Equal to scikit-image's `watershed` where elevations differ.
 * Reference: F. Meyer, "Topographic distance and watershed lines", Signal Processing 38 (1994).
 *
 * @param elevation [height, width], row-major; of a map of distances its negative
 * @param markers [height, width], 0 for none, else the number of the region; what lies outside of the mask is passed over
 * @param mask [height, width], 0 for what is not to be flooded; water stays among pixels of one number, so that labels
 *   flood each class on its own
 * @param options connectivity: 8 by default
 * @returns [height, width], the number of the region of each pixel; 0 outside of the mask, and in parts of it without a
 *   marker
 * @throws RangeError where an argument is not as long as there are pixels, or an elevation is NaN
 */
export function watershed(
  elevation: Float32Array,
  markers: PixelLabels,
  mask: PixelLabels,
  size: GridSize,
  { connectivity = 8 }: ComponentOptions = {},
): Int32Array<ArrayBuffer> {
  checkGrid("watershed: elevation", elevation, size);
  checkNumbers("watershed: elevation", elevation);
  checkGrid("watershed: markers", markers, size);
  checkGrid("watershed: mask", mask, size);
  const grid = marginGrid(size, checkConnectivity("watershed", connectivity));
  const heights = grid.widen(elevation, new Float32Array(grid.length));
  const regions = grid.widen(markers, new Int32Array(grid.length));
  const inside = grid.widen(mask, new Int32Array(grid.length));
  const queue = new FloodQueue(elevation.length);
  for (let place = 0; place < grid.length; place++) {
    if (inside[place] === 0) regions[place] = 0;
    else if (regions[place] !== 0) queue.push(heights[place] as number, place);
  }
  for (let place = queue.pop(); place !== -1; place = queue.pop()) {
    for (const step of grid.steps) {
      const next = place + step;
      if (inside[next] !== inside[place] || regions[next] !== 0) continue;
      regions[next] = regions[place] as number;
      queue.push(heights[next] as number, next);
    }
  }
  return grid.crop(regions, new Int32Array(elevation.length));
}
