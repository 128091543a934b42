import * as tf from "@tensorflow/tfjs";
import { gatherRows } from "./gather.ts";

/** Ranges of cells [from, to) for each of r regions and each of its rows (or columns) of bins; float32, whole numbers. */
export interface CellRanges {
  /** [r, p] */
  from: tf.Tensor2D;
  /** [r, p] */
  to: tf.Tensor2D;
}

/**
 * The largest value of each channel in rectangles of cells, with the gradient for the features (to one of the largest
 * cells); 0 for an empty rectangle. Any size of rectangle costs the same four look-ups: the map is first brought to its
 * maxima over windows of 1, 2, 4, … rows times 1, 2, 4, … columns, and every rectangle is the union of four such windows.
 * These maps take (log2(h) + 1) * (log2(w) + 1) times the memory of the features.
 *
 * @param features [batch, h, w, c] @param batchIndex [r] int32 @param y [r, p] ranges of rows, within 0..h
 * @param x [r, q] ranges of columns, within 0..w
 * @returns [r, p, q, c]
 */
export function rangeMax(features: tf.Tensor4D, batchIndex: tf.Tensor1D, y: CellRanges, x: CellRanges): tf.Tensor4D {
  const [batch, height, width, channels] = features.shape;
  const [r, p] = y.from.shape;
  const q = x.from.shape[1];
  const columnLevels = levelCount(width);
  const maps = windowMaxima(features, 1).flatMap((map) => windowMaxima(map, 2));
  const table = tf.concat(maps).reshape([-1, channels]); // rows: [rowLevel, columnLevel, image, y, x]

  const rows = twoWindows(y, height);
  const columns = twoWindows(x, width);
  const mapOf = rows.level
    .mul(columnLevels)
    .reshape([r, p, 1])
    .add(columns.level.reshape([r, 1, q]));
  const origin = mapOf
    .mul(batch)
    .add(batchIndex.cast("float32").reshape([r, 1, 1]))
    .mul(height); // [r, p, q]
  const found = [rows.first, rows.second].flatMap((row) =>
    [columns.first, columns.second].map((column) => {
      const cell = origin
        .add(row.reshape([r, p, 1]))
        .mul(width)
        .add(column.reshape([r, 1, q]));
      return gatherRows(table, cell.cast("int32"));
    }),
  );
  const filled = tf.logicalAnd(rows.filled.reshape([r, p, 1, 1]), columns.filled.reshape([r, 1, q, 1]));
  const highest = found.reduce((a, b) => tf.maximum(a, b));
  return tf.where<tf.Tensor>(filled, highest, 0) as tf.Tensor4D;
}

function levelCount(length: number): number {
  return Math.floor(Math.log2(length)) + 1;
}

/** Maps whose cell i holds the maximum over cells i, …, i + 2^level - 1 along the axis; past the edge they mean nothing. */
function windowMaxima(map: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D[] {
  const length = map.shape[axis];
  const maps = [map];
  let last = map;
  for (let window = 1; window * 2 <= length; window *= 2) {
    const size = map.shape.map((side, a) => (a === axis ? length - window : side));
    const here = last.slice([0, 0, 0, 0], size);
    const there = last.slice(axis === 1 ? [0, window, 0, 0] : [0, 0, window, 0], size);
    const after: [number, number][] = [0, 1, 2, 3].map((a) => [0, a === axis ? window : 0]);
    last = tf.pad(tf.maximum(here, there), after);
    maps.push(last);
  }
  return maps;
}

/** The largest level whose window fits into each range, and where two such windows start that cover the range. */
function twoWindows({ from, to }: CellRanges, length: number) {
  const size = to.sub(from).maximum(1);
  const level = size.log().mul(Math.LOG2E).add(1e-4).floor(); // log2, safe against rounding below a whole number
  const window = tf.pow(2, level).round();
  const first = from.minimum(length - 1);
  return { level, first, second: first.maximum(to.sub(window)), filled: tf.greater(to, from) };
}
