import * as tf from "@tensorflow/tfjs";

/**
 * Gradients of dilated convolutions, which tfjs lacks: with this module loaded, `tf.conv2d` and `tf.depthwiseConv2d`
 * have them for any dilation (stride 1, which tfjs and Keras ask for), and so have all layers made of these.
 *
 * A convolution dilated by d sees d x d images of every d-th pixel that never meet. Batched (SpaceToBatch), they are
 * convolved without dilation, whose gradients tfjs knows (Yu and Koltun, "Multi-Scale Context Aggregation by Dilated
 * Convolutions", 2016).
 */
function addDilatedGradients(kernelName: string, backprop: { input: string; filter: string }): void {
  const undilated = tf.getGradient(kernelName);
  tf.registerGradient({
    ...undilated,
    kernelName,
    gradFunc(dy, saved, attrs) {
      const { dilations, pad, dataFormat = "NHWC" } = attrs as unknown as ConvolutionAttributes;
      const [rows, columns] = typeof dilations === "number" ? [dilations, dilations] : (dilations ?? [1, 1]);
      if (rows === 1 && columns === 1) return undilated.gradFunc(dy, saved, attrs);
      if (dataFormat !== "NHWC")
        throw new Error(`${kernelName}: a dilated convolution of ${dataFormat} has no gradient`);
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const depthwise = kernelName === tf.DepthwiseConv2dNative;
      const { padInfo, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
        x.shape, filter.shape, 1, [rows, columns], pad, undefined, depthwise,
      ); // prettier-ignore
      const block = [rows, columns];
      // What must follow so that the padded image is a multiple of the dilation; the result grows by the same.
      const more = [
        missing(x.shape[1] + padInfo.top + padInfo.bottom, rows),
        missing(x.shape[2] + padInfo.left + padInfo.right, columns),
      ] as const;
      const margins = [[padInfo.top, padInfo.bottom + more[0]], [padInfo.left, padInfo.right + more[1]]]; // prettier-ignore
      const slope = dy as tf.Tensor4D;
      if (slope.shape[1] !== outHeight || slope.shape[2] !== outWidth) {
        throw new Error(`${kernelName}: a dilated convolution with strides has no gradient`);
      }
      const parts = (): tf.Tensor4D => tf.spaceToBatchND(slope, block, [[0, more[0]], [0, more[1]]]); // prettier-ignore
      const plain = { strides: [1, 1], pad: "valid", dataFormat, dilations: [1, 1] };
      return {
        x: () => {
          const shape = [
            x.shape[0] * rows * columns,
            (x.shape[1] + sum(margins[0])) / rows,
            (x.shape[2] + sum(margins[1])) / columns,
            x.shape[3],
          ];
          const dx = run(backprop.input, { dy: parts(), filter }, { ...plain, inputShape: shape });
          return tf.batchToSpaceND(dx, block, margins);
        },
        filter: () => {
          const images = tf.spaceToBatchND(x, block, margins);
          return run(backprop.filter, { x: images, dy: parts() }, { ...plain, filterShape: filter.shape });
        },
      };
    },
  });
}
addDilatedGradients(tf.Conv2D, { input: tf.Conv2DBackpropInput, filter: tf.Conv2DBackpropFilter });
addDilatedGradients(tf.DepthwiseConv2dNative, {
  input: tf.DepthwiseConv2dNativeBackpropInput,
  filter: tf.DepthwiseConv2dNativeBackpropFilter,
});

interface ConvolutionAttributes {
  dilations?: [number, number] | number | null;
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  dataFormat?: string;
}

function run(kernel: string, inputs: tf.NamedTensorMap, attrs: Record<string, unknown>): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap);
}

/** What a length lacks to be a multiple. */
function missing(length: number, of: number): number {
  return (of - (length % of)) % of;
}

function sum(values: readonly number[] | undefined): number {
  return (values ?? []).reduce((total, value) => total + value, 0);
}
