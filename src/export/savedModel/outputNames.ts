import { AnchorkitError } from "../../base/errors.ts";

/** What ops call their outputs (their definitions in tensorflow/core/ops): several names where they have several. */
const NAMES: Readonly<Record<string, string>> = {
  ...named(
    "output",
    `All Any ArgMax ArgMin AvgPool BatchMatMulV2 BatchToSpaceND BiasAdd Bitcast BroadcastTo ConcatV2 Const Conv2D
    Conv2DBackpropInput DepthToSpace DepthwiseConv2dNative ExpandDims Fill GatherNd GatherV2 Identity Max
    MaxPool Mean Min MirrorPad OneHot Pack Pad PadV2 Placeholder Prod Range Reshape ReverseV2 ScatterNd Select
    SelectV2 Shape Slice SpaceToBatchND SpaceToDepth Squeeze StridedSlice Sum Substr TensorScatterUpdate Tile`,
  ),
  ...named("y", "Abs Cast Ceil Erf Exp Expm1 Floor Log Log1p LogicalNot Neg Round Rsqrt Sigmoid Sign Sqrt Square Tanh"),
  ...named("y", "Transpose ZerosLike"),
  ...named("z", "Add AddV2 Equal FloorDiv FloorMod Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr Maximum"),
  ...named("z", "Minimum Mul NotEqual Pow RealDiv SquaredDifference Sub"),
  ...named("activations", "Elu LeakyRelu Relu Relu6 Selu Softplus"),
  ...named("resized_images", "ResizeBilinear ResizeNearestNeighbor ScaleAndTranslate"),
  ...named("handle", "ConcatenateDataset IgnoreErrorsDataset MapDataset TakeDataset TensorDataset TensorSliceDataset"),
  ...{ AddN: "sum", CropAndResize: "crops", Cumsum: "out", DecodeJpeg: "image", ExtractJpegShape: "image_shape" },
  ...{ LogSoftmax: "logsoftmax", MatMul: "product", Softmax: "softmax" },
  ...{ CombinedNonMaxSuppression: "nmsed_boxes nmsed_scores nmsed_classes valid_detections" },
  ...{ FusedBatchNorm: "y batch_mean batch_variance reserve_space_1 reserve_space_2" },
  ...{ FusedBatchNormV3: "y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3" },
  ...{ MaxPoolWithArgmax: "output argmax" },
  ...{ TopKV2: "values indices" },
};

/** Outputs that are one list, of as many tensors as the node says. */
const LISTS: Readonly<Record<string, string>> = {
  ...named("output", "MapDefun Split SplitV StatefulPartitionedCall StatelessCase StatelessIf Unpack"),
  DatasetToSingleElement: "components",
};

/**
 * An output of an op as functions write it: its name, and the place in the list that it is.
 *
 * @throws AnchorkitError for an op that is not in the table
 */
export function outputOf(op: string, index: number): string {
  const list = LISTS[op];
  if (list !== undefined) return `${list}:${index}`;
  const name = NAMES[op]?.split(" ")[index];
  if (name === undefined)
    throw new AnchorkitError(`${op}: output ${index} has no known name, which a SavedModel needs`);
  return `${name}:0`;
}

/** @param ops their names, with spaces between */
function named(name: string, ops: string): Record<string, string> {
  return Object.fromEntries(ops.split(/\s+/).map((op) => [op, name]));
}
