import * as tf from "@tensorflow/tfjs";
import { JPEG_FACTORS, LEFT_TO_SHRINK, SMALL_PIXELS } from "../../base/decodingRules.ts";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { placeBatch, sizesSpec } from "../../core/ops/placement.ts";
import { nativeOp } from "../../engine/graph/nativeOp.ts";
import type { Step } from "../../engine/graph/step.ts";

// What `decodeImage` does to an image in Node, as steps: recorded, they take images of any size, as no shape of a node is
// that of `image`.

/** What a JPEG's width and height may be divided by while it is decoded; 1 leaves all pixels. */
export const FACTORS = [1, ...JPEG_FACTORS] as const;

/** As `shrunkJpeg`: the place of the factor that an image is decoded with, 0 for all of its pixels. */
export function shrinkStep(preprocessing: Preprocessing): Step {
  return {
    inputs: { size: sizesSpec(1) },
    run({ size: given }) {
      const size = atLeastOne(given);
      const shrink = tf.div(1, placeBatch(size, preprocessing).scale).min();
      const choices = JPEG_FACTORS.map((factor) => {
        const whole = size.mod(factor).equal(0).all();
        const pays = tf.logicalAnd(shrink.greaterEqual(factor), shrink.less(LEFT_TO_SHRINK * factor));
        return tf.logicalAnd(whole, pays).toInt();
      });
      const places = choices.map((chosen, i) => chosen.mul(tf.scalar(i + 1, "int32")));
      return { outputs: { choice: tf.stack(places).max() } };
    },
  };
}

/**
 * As `resizePixels`, on the canvas: bilinear where an image grows, a triangle filter as wide as what a pixel covers where it
 * shrinks; what is not small upright first, with bytes between. `size` is the image's own, of which `image` may be a shrunk one. Gives `pixels` of the canvas, int32 0 to 255,
 * and `width`, that of the image there.
 */
export function placeStep(preprocessing: Preprocessing): Step {
  const { canvas, fill } = preprocessing;
  return {
    inputs: { image: { shape: [1, 8, 8, 3], dtype: "uint8" }, shape: sizesSpec(1), size: sizesSpec(1) },
    run({ image, shape: stored, size: given }) {
      const [shape, size] = [atLeastOne(stored), atLeastOne(given)];
      const { scale, offset } = placeBatch(size, preprocessing);
      const scaled = size.mul<tf.Tensor2D>(scale).add<tf.Tensor2D>(0.5).floor();
      const [across, down] = tf.split(scaled.div<tf.Tensor2D>(shape), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const [left, top] = tf.split(offset, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
      const [one, none] = [tf.ones([1, 1]), tf.zeros([1, 1])];
      const width = shape.slice([0, 0], [1, 1]).toInt();

      const pixels = (image as tf.Tensor).toFloat();
      const upright = resampled(
        pixels,
        [tf.tensor2d([[canvas.height]], [1, 1], "int32"), width],
        [down, one],
        [top, none],
      );
      const bytes = rounded(upright);
      const shrinks = tf.logicalAnd(tf.minimum(across, down).less(1), size.prod().greater(SMALL_PIXELS)).toFloat();
      const between = upright.add(bytes.sub(upright).mul(shrinks.reshape([])));
      const sides = [canvas.height, canvas.width].map((side) => tf.tensor2d([[side]], [1, 1], "int32"));
      const drawn = rounded(resampled(between, sides, [one, across], [none, left]));

      const end = offset.add<tf.Tensor2D>(scaled);
      const within = [canvas.width, canvas.height].map((side, axis) => {
        const [from, to] = [offset, end].map((pair) => pair.slice([0, axis], [1, 1]).reshape([1])) as [
          tf.Tensor,
          tf.Tensor,
        ];
        return tf.logicalAnd(tf.range(0, side).greaterEqual(from), tf.range(0, side).less(to)).toFloat();
      }) as [tf.Tensor, tf.Tensor];
      const shown = tf.mul(within[0].reshape([1, 1, -1, 1]), within[1].reshape([1, -1, 1, 1]));
      const filled = drawn.mul(shown).add(tf.sub(1, shown).mul(fill));
      return { outputs: { pixels: filled.toInt(), width: scaled.slice([0, 0], [1, 1]) } };
    },
  };
}

/** Sizes that are 0 while a step is recorded. */
function atLeastOne(size: tf.Tensor | undefined): tf.Tensor2D {
  return (size as tf.Tensor2D).maximum(1);
}

/** An image scaled and moved; y before x. */
function resampled(image: tf.Tensor, size: tf.Tensor[], scale: tf.Tensor[], offset: tf.Tensor[]): tf.Tensor {
  const pair = (parts: tf.Tensor[]): tf.Tensor => tf.concat(parts, 1).reshape([2]);
  const attributes = { T: "float32", kernel_type: "triangle", antialias: true };
  return nativeOp("ScaleAndTranslate", attributes, [image, pair(size), pair(scale), pair(offset)])[0];
}

function rounded(values: tf.Tensor): tf.Tensor {
  return values.add(0.5).floor().clipByValue(0, 255);
}
