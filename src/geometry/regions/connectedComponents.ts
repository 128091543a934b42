import {
  checkConnectivity,
  checkGrid,
  marginGrid,
  type Connectivity,
  type GridSize,
  type PixelLabels,
} from "./pixelGrid.ts";

export interface ComponentOptions {
  /** Whether pixels that touch at a corner alone belong together (8, the default) or not (4). */
  connectivity?: Connectivity;
}

export interface Components {
  /** [height, width], row-major: 0 in the background, from 1 on the component. */
  ids: Int32Array<ArrayBuffer>;
  /** How many there are; they are numbered in the order of their first pixels, row by row. */
  count: number;
  /** [count + 1] pixels of each; areas[0] is the background's. */
  areas: Int32Array<ArrayBuffer>;
  /** [count + 1] the label of each, 0 for the background. */
  labels: Int32Array<ArrayBuffer>;
}

/**
 * The connected regions of pixels that have the same label other than 0.
 *
 * @param labels [height, width], row-major
 * @throws RangeError where labels are not as many as the pixels, or connectivity is neither 4 nor 8
 */
export function connectedComponents(
  labels: PixelLabels,
  size: GridSize,
  { connectivity = 8 }: ComponentOptions = {},
): Components {
  checkGrid("connectedComponents: labels", labels, size);
  const grid = marginGrid(size, checkConnectivity("connectedComponents", connectivity));
  const open = grid.widen(labels, new Int32Array(grid.length)); // what no component has yet
  const ids = new Int32Array(grid.length);
  const stack = new Int32Array(labels.length);
  const areas = [0];
  const found = [0];
  for (let start = 0; start < open.length; start++) {
    const label = open[start] as number;
    if (label === 0) continue;
    const id = found.push(label) - 1;
    let [area, waiting] = [0, 1];
    stack[0] = start;
    open[start] = 0;
    while (waiting > 0) {
      const place = stack[--waiting] as number;
      ids[place] = id;
      area++;
      for (const step of grid.steps) {
        const next = place + step;
        if (open[next] !== label) continue;
        open[next] = 0;
        stack[waiting++] = next;
      }
    }
    areas.push(area);
  }
  areas[0] = labels.length - areas.reduce((sum, area) => sum + area, 0);
  return {
    ids: grid.crop(ids, new Int32Array(labels.length)),
    count: found.length - 1,
    areas: Int32Array.from(areas),
    labels: Int32Array.from(found),
  };
}
