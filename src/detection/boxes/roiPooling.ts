import * as tf from "@tensorflow/tfjs";
import { sampleGrid, sampleRegularGrid } from "../../core/ops/bilinear.ts";
import { rangeMax, type CellRanges } from "../../core/ops/rangeMax.ts";

export interface RoiPoolingOptions {
  /** Rows and columns of the result. */
  outputSize: readonly [height: number, width: number];
  /** Cells of the feature map a pixel of the image: 1 / stride. */
  spatialScale: number;
}

export interface RoiAlignOptions extends RoiPoolingOptions {
  /** Samples along each side of a bin; 0 or less takes as many as the bin has cells, rounded up (reads the RoIs back). */
  samplingRatio?: number;
  /** True (the default) takes a pixel's value to lie at its centre; false is the first, half a cell shifted version. */
  aligned?: boolean;
}

/**
 * RoIAlign: the mean of bilinear samples on a regular grid in each bin (He et al., "Mask R-CNN", 2017).
 * Samples up to one cell outside the map take the nearest value in it, further out they are 0.
 * Gradient for the features only.
 *
 * @param features [batch, h, w, c] @param rois [r, 4] as x1, y1, x2, y2 in pixels of the image
 * @param batchIndex [r] int32: the image of each RoI
 * @returns [r, outputHeight, outputWidth, c]
 */
export function roiAlign(
  features: tf.Tensor4D,
  rois: tf.Tensor2D,
  batchIndex: tf.Tensor1D,
  options: RoiAlignOptions,
): tf.Tensor4D {
  const { outputSize, spatialScale, samplingRatio = 2, aligned = true } = options;
  const [, height, width, channels] = features.shape;
  const [x1, y1, x2, y2] = columns(rois.mul(spatialScale).sub(aligned ? 0.5 : 0));
  const extent = (low: tf.Tensor2D, high: tf.Tensor2D): tf.Tensor2D =>
    aligned ? high.sub(low) : high.sub(low).maximum(1);
  const y = sampleAxis(y1, extent(y1, y2), outputSize[0], height, samplingRatio);
  const x = sampleAxis(x1, extent(x1, x2), outputSize[1], width, samplingRatio);
  const r = rois.shape[0];
  const [p, q] = outputSize;
  return sampleGrid(features, batchIndex, y.positions, x.positions) // [r, p * perRow, q * perColumn, c]
    .mul(y.weights.reshape([r, p * y.perBin, 1, 1]))
    .mul(x.weights.reshape([r, 1, q * x.perBin, 1]))
    .reshape([r * p, y.perBin, q * x.perBin * channels])
    .sum(1)
    .reshape([r * p * q, x.perBin, channels])
    .sum(1)
    .reshape([r, p, q, channels]);
}

/**
 * The first RoI pooling: the RoI rounded to whole cells, cut into bins, the maximum of each
 * (Girshick, "Fast R-CNN", 2015). Bins outside the map are 0. Gradient for the features only.
 *
 * @param features [batch, h, w, c] @param rois [r, 4] as x1, y1, x2, y2 in pixels of the image
 * @param batchIndex [r] int32: the image of each RoI
 * @returns [r, outputHeight, outputWidth, c]
 */
export function roiMaxPool(
  features: tf.Tensor4D,
  rois: tf.Tensor2D,
  batchIndex: tf.Tensor1D,
  { outputSize, spatialScale }: RoiPoolingOptions,
): tf.Tensor4D {
  const [, height, width] = features.shape;
  const scaled = rois.mul(spatialScale);
  const [x1, y1, x2, y2] = columns(scaled.sign().mul(scaled.abs().add(0.5).floor())); // halves away from 0
  const y = binRanges(y1, y2, outputSize[0], height);
  const x = binRanges(x1, x2, outputSize[1], width);
  return rangeMax(features, batchIndex, y, x);
}

/**
 * The fast pooling for training: one bilinear sample at the centre of each bin, cells taken to lie at their centres.
 * Samples of the outermost bins are moved onto the map where they lie beyond the centre of its last cells.
 * One CropAndResize for the whole batch on native TensorFlow, and its own gradient. Gradient for the features only.
 *
 * @param features [batch, h, w, c] @param rois [r, 4] as x1, y1, x2, y2 in pixels of the image
 * @param batchIndex [r] int32: the image of each RoI
 * @returns [r, outputHeight, outputWidth, c]
 */
export function cropRois(
  features: tf.Tensor4D,
  rois: tf.Tensor2D,
  batchIndex: tf.Tensor1D,
  { outputSize, spatialScale }: RoiPoolingOptions,
): tf.Tensor4D {
  const [, height, width] = features.shape;
  const [rows, perRow] = outputSize;
  const [low, high] = tf.split(rois.mul(spatialScale).sub(0.5), 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // [r, 2]: x, y
  const half = high.sub(low).mul(tf.tensor1d([0.5 / perRow, 0.5 / rows])); // of a bin
  const last = tf.tensor1d([width - 1, height - 1]);
  const first: tf.Tensor2D = low.add(half).maximum(0).minimum(last);
  const final: tf.Tensor2D = high.sub(half).maximum(0).minimum(last);
  return sampleRegularGrid(features, tf.concat2d([first, final], 1), batchIndex, outputSize);
}

interface AxisSamples {
  /** [r, bins * perBin] in cells. */
  positions: tf.Tensor2D;
  /** [r, bins * perBin]: what each sample counts in the mean of its bin; 0 where it lies too far outside. */
  weights: tf.Tensor2D;
  perBin: number;
}

/** Samples along one axis of each RoI. @param start [r, 1] @param extent [r, 1] */
function sampleAxis(
  start: tf.Tensor2D,
  extent: tf.Tensor2D,
  bins: number,
  length: number,
  samplingRatio: number,
): AxisSamples {
  const bin = extent.div(bins);
  const counts: tf.Tensor = samplingRatio > 0 ? tf.fill(start.shape, samplingRatio) : bin.ceil(); // [r, 1]
  const perBin = samplingRatio > 0 ? samplingRatio : Math.max(1, ...counts.dataSync());
  const number = Array.from({ length: bins * perBin }, (_, i) => i);
  const binNumber = tf.tensor2d(
    number.map((i) => Math.floor(i / perBin)),
    [1, bins * perBin],
  );
  const sampleNumber = tf.tensor2d(
    number.map((i) => i % perBin),
    [1, bins * perBin],
  );
  const shares = counts.maximum(1).reciprocal(); // of a sample in its bin
  const positions: tf.Tensor2D = sampleNumber.add(0.5).mul(shares).add(binNumber).mul(bin).add(start);
  const counted = tf.logicalAnd(
    tf.less(sampleNumber, counts),
    tf.logicalAnd(tf.greaterEqual(positions, -1), tf.lessEqual(positions, length)),
  );
  const weights: tf.Tensor2D = counted.cast("float32").mul(shares);
  return { positions, weights, perBin };
}

/** The cells of each bin between first and last cell of the RoI, both included. @param first [r, 1] @param last [r, 1] */
function binRanges(first: tf.Tensor2D, last: tf.Tensor2D, bins: number, length: number): CellRanges {
  const size = last.sub(first).add(1).maximum(1); // whole numbers: bin i is [floor(i * size / bins), ceil((i + 1) * …))
  const number = tf.range(0, bins, 1, "float32").reshape([1, bins]);
  const within = (x: tf.Tensor): tf.Tensor2D => x.add(first).maximum(0).minimum(length);
  // The quarter keeps whole quotients on their side, however the division is rounded (in a graph it may become a product).
  const from = number.mul(size).add(0.25).div(bins).floor();
  const to = number.add(1).mul(size).sub(0.25).div(bins).ceil();
  return { from: within(from), to: within(to) };
}

/** The four columns of [r, 4], [r, 1] each. */
function columns(boxes: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  return tf.split(boxes, 4, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
}
