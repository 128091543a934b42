import type { GridSize } from "../regions/pixelGrid.ts";

/**
 * A map of labels at another size: each pixel takes what lies under its middle.
 *
 * @param values [from.height, from.width], row-major @returns [to.height, to.width]; `values` where the sizes are the same
 */
export function sampleMap<Values extends Uint8Array | Uint16Array | Int32Array>(
  values: Values,
  from: GridSize,
  to: GridSize,
): Values {
  if (from.width === to.width && from.height === to.height) return values;
  const result = new (values.constructor as new (length: number) => Values)(to.width * to.height);
  const columns = Array.from({ length: to.width }, (_, x) => middleOf(x, from.width, to.width));
  for (let y = 0, i = 0; y < to.height; y++) {
    const row = from.width * middleOf(y, from.height, to.height);
    for (const column of columns) result[i++] = values[row + column] as number;
  }
  return result;
}

function middleOf(place: number, from: number, to: number): number {
  return Math.min(from - 1, Math.floor(((place + 0.5) * from) / to));
}
