import type { Preprocessing } from "../../base/preprocessing.ts";
import type { StoredImage } from "../../data/images/imageStore.ts";
import { pasteImage } from "../../data/images/pasteImage.ts";
import { LabelledRows } from "../running/labelledRows.ts";
import { type CanvasAnswer, partOf, type SegmentedImage } from "../running/onImage.ts";
import type { SegmentOptions } from "../running/segmentImages.ts";
import type { RowSource } from "./rowsOfImage.ts";
import { RowSums } from "./rowSums.ts";
import { type TileAxis, tileAxis, tileWeights } from "./tileAxis.ts";

/** Share of a tile's side that it has in common with the next one, at least. */
const OVERLAP = 0.25;

/**
 * `segmentTiles` for whatever runs the network. Tiles are of the canvas's size; they overlap, and are blended where they
 * do. Beside the result itself, memory is that of a row of tiles. Where a pixel's receptive field lies
 * within all of its tiles, it is given what a network as large as the image would give.
 *
 * @param run is given [batch, height, width, 3] bytes: canvases
 */
export async function blendTiles(
  run: (pixels: Uint8Array) => Promise<CanvasAnswer>,
  source: RowSource,
  { batch, preprocessing, threshold, alignment }: SegmentOptions,
): Promise<SegmentedImage> {
  const { width, height } = source;
  const { canvas } = preprocessing;
  const axisOf = (length: number, tile: number): TileAxis =>
    tileAxis(length, tile, Math.round(OVERLAP * tile), alignment);
  const [across, down] = [axisOf(width, canvas.width), axisOf(height, canvas.height)];
  const weightsAcross = across.starts.map((_, i) => tileWeights(across, i));
  let labelled: LabelledRows | undefined;
  let distance: Float32Array | undefined;
  let sums: { shares: RowSums; depths?: RowSums } | undefined;
  for (const [j, top] of down.starts.entries()) {
    const rows = await source.rows(top, Math.min(canvas.height, height - top));
    const weightsDown = tileWeights(down, j);
    for (let first = 0; first < across.starts.length; first += batch) {
      const lefts = across.starts.slice(first, first + batch);
      const all = await run(tilesOf(rows, lefts, batch, preprocessing));
      const area = canvas.width * canvas.height;
      const channels = all.shares.length / (batch * area);
      labelled ??= new LabelledRows({ width, height }, channels, threshold);
      if (all.depths) distance ??= new Float32Array(width * height);
      sums ??= {
        shares: new RowSums(width, canvas.height, channels),
        ...(all.depths && { depths: new RowSums(width, canvas.height, 1) }),
      };
      for (const [slot, left] of lefts.entries()) {
        const place = {
          left,
          top,
          tile: canvas,
          across: weightsAcross[first + slot] as Float32Array,
          down: weightsDown,
        };
        const { shares, depths } = partOf(all, slot, batch);
        sums.shares.add(shares, place);
        if (depths) sums.depths?.add(depths, place);
      }
    }
    const done = Math.min(height, down.starts[j + 1] ?? height);
    sums?.shares.finish(done, (row, y) => labelled?.add(row, y));
    sums?.depths?.finish(done, (row, y) => distance?.set(row, y * width));
  }
  if (!labelled) throw new RangeError("the image has no pixels");
  const { labels, scores } = labelled;
  return { size: { width, height }, labels, scores, ...(distance && { distance }) };
}

/** Canvases with the tiles that begin at these columns. */
function tilesOf(
  rows: StoredImage,
  lefts: readonly number[],
  batch: number,
  { canvas, fill }: Preprocessing,
): Uint8Array {
  const pixels = new Uint8Array(batch * canvas.height * canvas.width * 3).fill(fill);
  for (const [slot, left] of lefts.entries()) pasteImage(pixels, slot, canvas, rows, -left, 0);
  return pixels;
}
