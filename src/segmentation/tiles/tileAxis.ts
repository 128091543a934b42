/** How tiles follow each other along one side of an image. */
export interface TileAxis {
  /** Pixels of the image's side, and of a tile's. */
  length: number;
  tile: number;
  /** Where each tile begins; the last one may reach beyond the image. */
  starts: number[];
  /** Pixels that a tile has in common with the next. */
  overlap: number;
}

/**
 * Tiles that cover a side and overlap by at least so much.
 *
 * @param alignment tiles begin at multiples of it, so that a network's coarse maps lie in each as in the whole image
 */
export function tileAxis(length: number, tile: number, overlap: number, alignment: number): TileAxis {
  const step = Math.max(alignment, Math.floor((tile - overlap) / alignment) * alignment);
  const starts = [0];
  for (let start = step; start - step + tile < length; start += step) starts.push(start);
  return { length, tile, starts, overlap: tile - step };
}

/**
 * [tile] how much a tile counts at each of its pixels: 1 in its middle, and less and less where the next tile lies, too, as
 * a network sees the less of the surroundings the nearer the border is. At the image's own edges it stays 1.
 */
export function tileWeights({ starts, tile, overlap }: TileAxis, index: number): Float32Array {
  const [isFirst, isLast] = [index === 0, index === starts.length - 1];
  return Float32Array.from({ length: tile }, (_, i) => {
    const before = isFirst ? 1 : (i + 0.5) / overlap;
    const after = isLast ? 1 : (tile - i - 0.5) / overlap;
    return Math.min(1, before, after);
  });
}
