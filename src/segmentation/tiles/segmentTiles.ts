import * as tf from "@tensorflow/tfjs";
import type { RunStep } from "../../engine/graph/step.ts";
import type { Preprocessing, Size } from "../../base/preprocessing.ts";
import { packBytes } from "../../core/ops/bytes.ts";
import type { StoredImage } from "../../data/images/imageStore.ts";
import { pasteImage } from "../../data/images/pasteImage.ts";
import { LabelledRows } from "../running/labelledRows.ts";
import type { SegmentedImage, SegmentOptions } from "../running/segmentImages.ts";
import { RowSums } from "./rowSums.ts";
import { type TileAxis, tileAxis, tileWeights } from "./tileAxis.ts";

/** An image of which some rows at a time are in memory. */
export interface RowSource extends Size {
  /** Rows from `top` on, all of them inside of the image. */
  rows(top: number, height: number): StoredImage | Promise<StoredImage>;
}

/** Share of a tile's side that it has in common with the next one, at least. */
const OVERLAP = 0.25;

/**
 * Runs a segmenter on an image of any size, at the image's own scale: by tiles of the canvas's size, which overlap and are
 * blended where they do. Beside the result itself, memory is that of a row of tiles. Where a pixel's receptive field lies
 * within all of its tiles, it is given what a network as large as the image would give.
 */
export async function segmentTiles(
  run: RunStep,
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
      const { shares, depths } = await runTiles(run, rows, lefts, batch, preprocessing);
      const area = canvas.width * canvas.height;
      const channels = shares.length / (batch * area);
      labelled ??= new LabelledRows({ width, height }, channels, threshold);
      if (depths) distance ??= new Float32Array(width * height);
      sums ??= {
        shares: new RowSums(width, canvas.height, channels),
        ...(depths && { depths: new RowSums(width, canvas.height, 1) }),
      };
      for (const [slot, left] of lefts.entries()) {
        const place = {
          left,
          top,
          tile: canvas,
          across: weightsAcross[first + slot] as Float32Array,
          down: weightsDown,
        };
        sums.shares.add(shares.subarray(slot * area * channels, (slot + 1) * area * channels), place);
        if (depths) sums.depths?.add(depths.subarray(slot * area, (slot + 1) * area), place);
      }
    }
    const done = Math.min(height, down.starts[j + 1] ?? height);
    sums?.shares.finish(done, (row, y) => labelled?.add(row, y));
    sums?.depths?.finish(done, (row, y) => distance?.set(row, y * width));
  }
  if (!labelled) throw new RangeError("segmentTiles: the image has no pixels");
  const { labels, scores } = labelled;
  return { size: { width, height }, labels, scores, ...(distance && { distance }) };
}

/** What the network says of tiles of some rows of an image. */
async function runTiles(
  run: RunStep,
  rows: StoredImage,
  lefts: readonly number[],
  batch: number,
  { canvas, fill }: Preprocessing,
): Promise<{ shares: Float32Array; depths?: Float32Array }> {
  const pixels = new Uint8Array(batch * canvas.height * canvas.width * 3).fill(fill);
  for (const [slot, left] of lefts.entries()) pasteImage(pixels, slot, canvas, rows, -left, 0);
  const input = packBytes(pixels);
  const outputs = await run({ images: input });
  const { probabilities, distance } = outputs as { probabilities: tf.Tensor4D; distance?: tf.Tensor3D };
  const shares = probabilities.dataSync<"float32">();
  const depths = distance?.dataSync<"float32">();
  tf.dispose([input, outputs]);
  return { shares, ...(depths && { depths }) };
}
