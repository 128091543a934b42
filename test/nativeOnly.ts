/** Ops of TensorFlow that tfjs, and so a browser or ONNX, has no kernel of its own for. */
export const nativeOnly: ReadonlySet<string> = new Set([
  "Bitcast",
  "CombinedNonMaxSuppression",
  "CropAndResizeGradImage",
  "FusedBatchNormGradV3",
  "Relu6Grad",
  "ReluGrad",
  "SparseSoftmaxCrossEntropyWithLogits",
  "StatelessRandomNormal",
  "StatelessRandomUniform",
  "StopGradient",
  "UnsortedSegmentMax",
]);
