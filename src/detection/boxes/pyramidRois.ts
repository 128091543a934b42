import * as tf from "@tensorflow/tfjs";
import { cropRois } from "./roiPooling.ts";

/** Cells along a RoI from which on a coarser map is fine enough for it: 224 pixels at stride 16. */
const CELLS = 14;

/**
 * {@link cropRois} from several maps: each RoI from the coarsest one on which sqrt(width * height) is 14 cells or more,
 * and from the first where it is on none. With strides 2^k that is the map of k = floor(4 + log2(sqrt(width * height) / 224))
 * (Lin et al., "Feature Pyramid Networks", 2017, equation 1). Every map is asked for every RoI, for shapes are static.
 *
 * @param maps [batch, h, w, c] each, from fine to coarse @param strides of the maps, in pixels of the image
 * @param rois [r, 4] as x1, y1, x2, y2 in pixels of the image @param batchIndex [r] int32: the image of each RoI
 * @returns [r, outputHeight, outputWidth, c]
 */
export function cropPyramidRois(
  maps: readonly tf.Tensor4D[],
  strides: readonly number[],
  rois: tf.Tensor2D,
  batchIndex: tf.Tensor1D,
  outputSize: readonly [height: number, width: number],
): tf.Tensor4D {
  const crops = maps.map((map, i) =>
    cropRois(map, rois, batchIndex, { outputSize, spatialScale: 1 / (strides[i] ?? NaN) }),
  );
  const [only, ...others] = crops;
  if (only && others.length === 0) return only;
  const [low, high] = tf.split(rois, 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // [r, 2]: x, y
  const area = high.sub(low).prod(1).reshape([-1, 1, 1, 1]); // [r, 1, 1, 1]
  const levelsUp = strides.slice(1).map((stride) => tf.greaterEqual(area, (CELLS * stride) ** 2).toInt());
  const level = tf.addN([tf.zerosLike(area).toInt(), ...levelsUp]);
  return tf.addN(crops.map((crop, i) => crop.mul(tf.equal(level, tf.scalar(i, "int32")).toFloat())));
}
