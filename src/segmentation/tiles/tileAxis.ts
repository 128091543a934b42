/** How tiles follow each other along one side of an image. */
export interface TileAxis {
  /** Pixels of the image's side, and of a tile's. */
  length: number;
  tile: number;
  /** Where each tile begins; the last one may reach a little beyond the image. */
  starts: number[];
  /** Pixels that a tile has in common with the next. */
  overlap: number;
}

/**
 * Tiles that cover a side and overlap by at least so much. The last one ends where the side does, or less than `alignment`
 * behind it.
 *
 * @param alignment tiles begin at multiples of it, so that a network's coarse maps lie in each as in the whole image
 */
export function tileAxis(length: number, tile: number, overlap: number, alignment: number): TileAxis {
  const step = Math.max(alignment, Math.floor((tile - overlap) / alignment) * alignment);
  const last = Math.max(0, Math.ceil((length - tile) / alignment) * alignment);
  const starts = Array.from({ length: 1 + Math.ceil(last / step) }, (_, i) => Math.min(i * step, last));
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
