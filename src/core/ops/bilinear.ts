import * as tf from "@tensorflow/tfjs";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import { usesNativeOps } from "../../engine/graph/target.ts";
import { gatherRows } from "./gather.ts";

/**
 * Bilinear samples of feature maps on a rectangular grid of positions for each of r regions, on any engine, with the
 * gradient for the features. Cells lie at whole numbers; positions are moved onto the map.
 *
 * @param features [batch, h, w, c] @param batchIndex [r] int32: the image of each region
 * @param y [r, p] rows of the grid, in cells @param x [r, q] its columns
 * @returns [r, p, q, c]
 */
export function sampleGrid(
  features: tf.Tensor4D,
  batchIndex: tf.Tensor1D,
  y: tf.Tensor2D,
  x: tf.Tensor2D,
): tf.Tensor4D {
  const channels = features.shape[3];
  const table = features.reshape([-1, channels]);
  const weighted = cellsAround(features.shape, batchIndex, y, x).map(({ cell, weight }) =>
    gatherRows(table, cell).mul(weight),
  );
  return tf.addN(weighted) as tf.Tensor4D;
}

/**
 * {@link sampleGrid} on a regular grid between two corners, both sampled: a single op for all regions
 * (CropAndResize), and with native ops a single one backward.
 *
 * @param features [batch, h, w, c] @param corners [r, 4]: x and y of the first, x and y of the last sample, in cells,
 *   0 <= x <= w - 1 and 0 <= y <= h - 1 @param batchIndex [r] int32 @param size rows and columns of the grid, 2 or more
 * @returns [r, rows, columns, c]
 */
export function sampleRegularGrid(
  features: tf.Tensor4D,
  corners: tf.Tensor2D,
  batchIndex: tf.Tensor1D,
  size: readonly [rows: number, columns: number],
): tf.Tensor4D {
  const [x1, y1, x2, y2] = tf.split(corners, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [, height, width] = features.shape;
  const [lastRow, lastColumn] = [Math.max(height - 1, 1), Math.max(width - 1, 1)];
  // The op fills in zeros outside the map, so that rounding must not carry the last sample there.
  const scale = tf.tensor1d([1 / lastRow, 1 / lastColumn, 1 / lastRow, 1 / lastColumn]);
  const boxes = tf
    .concat([y1, x1, y2, x2], 1)
    .mul(scale)
    .minimum(1 - 1e-6);
  const crop = tf.customGrad((...args) => {
    const [image, save] = args as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    const value = tf.image.cropAndResize(image, boxes as tf.Tensor2D, batchIndex, [...size]);
    save([boxes, batchIndex, corners]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [savedBoxes, index, ends] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
        if (!usesNativeOps()) return spreadGrid(dy, image.shape, index, ends);
        const inputs = [dy, savedBoxes, index, tf.tensor1d(image.shape, "int32")];
        return nativeOp("CropAndResizeGradImage", { T: "float32", method: "bilinear" }, inputs)[0];
      },
    };
  });
  return crop(features) as tf.Tensor4D;
}

/** The gradient of a regular grid's samples [r, p, q, c] for the features: spread over the cells they were mixed of. */
function spreadGrid(dy: tf.Tensor, shape: Shape4D, batchIndex: tf.Tensor1D, corners: tf.Tensor2D): tf.Tensor4D {
  const [batch, height, width, channels] = shape;
  const [, p = 0, q = 0] = dy.shape;
  const [first, last] = tf.split(corners, 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // [r, 2]: x, y
  const along = (axis: 0 | 1, count: number): tf.Tensor2D => {
    const [from, to] = [first.slice([0, axis], [-1, 1]), last.slice([0, axis], [-1, 1])];
    return from.add(to.sub(from).mul(tf.linspace(0, 1, count)));
  };
  const spread = cellsAround(shape, batchIndex, along(1, p), along(0, q)).map(({ cell, weight }) => {
    const shares: tf.Tensor = dy.mul(weight);
    return tf.scatterND(cell.reshape([-1, 1]), shares.reshape([-1, channels]), [batch * height * width, channels]);
  });
  return tf.addN(spread).reshape(shape);
}

type Shape4D = [batch: number, height: number, width: number, channels: number];

/** The four cells around each sample of a grid, as rows of all images' cells [r, p, q], and the share [r, p, q, 1] of each. */
function cellsAround([, height, width]: Shape4D, batchIndex: tf.Tensor1D, y: tf.Tensor2D, x: tf.Tensor2D) {
  const [r, p] = y.shape;
  const q = x.shape[1];
  const rows = neighbours(y, height);
  const columns = neighbours(x, width);
  const start = batchIndex.reshape([r, 1]).mul(tf.scalar(height, "int32"));
  return [rows.low, rows.high].flatMap((row) =>
    [columns.low, columns.high].map((column) => {
      const cell = row.index.add(start).mul(tf.scalar(width, "int32")).reshape([r, p, 1]);
      const weight: tf.Tensor = row.weight.reshape([r, p, 1, 1]).mul(column.weight.reshape([r, 1, q, 1]));
      return { cell: cell.add(column.index.reshape([r, 1, q])), weight };
    }),
  );
}

/** The two cells around each position, and the share of each. */
function neighbours(position: tf.Tensor2D, count: number) {
  const inside = position.maximum(0).minimum(count - 1);
  const low = inside.floor();
  const share = inside.sub(low);
  return {
    low: { index: low.cast("int32"), weight: tf.sub(1, share) },
    high: {
      index: low
        .add(1)
        .minimum(count - 1)
        .cast("int32"),
      weight: share,
    },
  };
}
