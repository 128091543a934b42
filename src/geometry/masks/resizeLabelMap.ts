import { BACKGROUND, type LabelMap } from "./labelMap.ts";

/** The map at another size: each pixel has the label under its middle. */
export function resizeLabelMap({ data, width, height }: LabelMap, size: { width: number; height: number }): LabelMap {
  const to = new Uint8Array(size.width * size.height);
  const columns = Array.from({ length: size.width }, (_, x) => Math.floor(((x + 0.5) * width) / size.width));
  for (let y = 0, i = 0; y < size.height; y++) {
    const row = width * Math.floor(((y + 0.5) * height) / size.height);
    for (const column of columns) to[i++] = data[row + column] ?? BACKGROUND;
  }
  return { width: size.width, height: size.height, data: to };
}
