import type { ImageRecord } from "../dataset.ts";
import { trainedObjects } from "../trainedObjects.ts";

/** How many objects have their centre in each cell of a grid over their image, [row][column] from the upper left. */
export type HeatMap = number[][];

const [COLUMNS, ROWS] = [16, 12];

/** Where objects are in their images, whatever the images' sizes. */
export function positionMap(images: readonly ImageRecord[]): HeatMap {
  const cells = Array.from({ length: ROWS }, () => new Array<number>(COLUMNS).fill(0));
  const cell = (position: number, count: number): number =>
    Math.min(count - 1, Math.max(0, Math.floor(position * count)));
  for (const image of images) {
    for (const { box } of trainedObjects(image)) {
      const [x1, y1, x2, y2] = box;
      const row = cells[cell((y1 + y2) / 2 / image.height, ROWS)];
      const column = cell((x1 + x2) / 2 / image.width, COLUMNS);
      if (row) row[column] = (row[column] ?? 0) + 1;
    }
  }
  return cells;
}
