import { maskArea } from "./maskExtent.ts";
import { BACKGROUND, IGNORED, type LabelMap } from "./labelMap.ts";
import type { Rle } from "./rle.ts";

/**
 * The label map of masks and their classes. A pixel is of one class: where masks overlap, the smaller one lies on top.
 *
 * @param objects masks of the size of the map; `class` is the index of the class, which is drawn as 1 more
 * @param ignored pixels that do not count, on top of all
 * @throws RangeError where a mask is of another size
 */
export function drawLabelMap(
  objects: readonly { mask: Rle; class: number }[],
  { width, height }: { width: number; height: number },
  ignored?: Rle,
): LabelMap {
  const data = new Uint8Array(width * height).fill(BACKGROUND);
  const sized = objects.map((object) => ({ ...object, area: maskArea(object.mask) }));
  for (const { mask, class: index } of sized.sort((a, b) => b.area - a.area)) {
    paint(data, mask, { width, height }, index + 1);
  }
  if (ignored) paint(data, ignored, { width, height }, IGNORED);
  return { width, height, data };
}

/** Gives the pixels of a mask, which go down the columns, a value. */
function paint(data: Uint8Array, mask: Rle, { width, height }: { width: number; height: number }, value: number): void {
  if (mask.width !== width || mask.height !== height) {
    const sizes = `${width} x ${height} pixels, got ${mask.width} x ${mask.height}`;
    throw new RangeError(`drawLabelMap: masks must be of the map's ${sizes}`);
  }
  let place = 0;
  for (const [i, count] of mask.counts.entries()) {
    const end = place + count;
    if (i % 2 === 1) for (; place < end; place++) data[(place % height) * width + Math.floor(place / height)] = value;
    place = end;
  }
}
