import { AnchorkitError } from "../../../base/errors.ts";
import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import { flagOf, floatOf, has, intOf, intsOf, textOf } from "../../attributes.ts";
import { type Constant, transposed } from "../../../engine/graph/constants.ts";
import { ONNX_TYPE, type OnnxAttribute } from "../onnxModel.ts";
import { onnxType, type OnnxWriter } from "../onnxWriter.ts";
import { type OpWriters, output } from "./op.ts";

/** Convolutions, poolings and resizing: what looks at the neighbours of a pixel, and in ONNX wants channels first. */
export const IMAGE_OPS: OpWriters = {
  Conv2D: (w, node) => {
    convolve(w, node, w.shape(node.input[1] ?? ""), (kernel) => transposed(kernel, [3, 2, 0, 1]));
  },
  DepthwiseConv2dNative: (w, node) => {
    const [kh = 0, kw = 0, channels = 0, multiplier = 0] = w.shape(node.input[1] ?? "");
    const grouped = (kernel: Constant): Constant => ({
      ...transposed(kernel, [2, 3, 0, 1]),
      shape: [channels * multiplier, 1, kh, kw],
    });
    convolve(w, node, [kh, kw], grouped, { group: channels });
  },
  Conv2DBackpropInput: (w, node) => {
    const [, kernel = "", x = ""] = node.input;
    const [kh = 0, kw = 0] = w.shape(kernel);
    const window = windowOf(node, [kh, kw], [1, 1]);
    const to = spatial(w.shape(output(node)));
    const pads = padsOf(w, node, to, window);
    const from = spatial(w.shape(x));
    const padding = [0, 1].map((i) => {
      const full = (at(from, i) - 1) * at(window.strides, i) + at(window.kernel, i);
      return at(to, i) - (full - at(pads, i) - at(pads, i + 2));
    });
    const weights = changedKernel(w, node, 1, (one) => transposed(one, [3, 2, 0, 1]));
    const attributes = { strides: window.strides, kernel_shape: window.kernel, pads, output_padding: padding };
    w.define(output(node), { first: w.node("ConvTranspose", [w.first(x), weights], attributes) });
  },
  MaxPool: pool("MaxPool"),
  AvgPool: pool("AveragePool"),
  FusedBatchNormV3: (w, node) => {
    const [x = "", ...numbers] = node.input;
    if (flagOf(node, "is_training"))
      throw new AnchorkitError(`${w.describe(node)}: normalises with the images' own statistics`);
    const names = [w.first(x), ...numbers.map((source) => w.plain(source))];
    const y = w.node("BatchNormalization", names, { epsilon: { float: floatOf(node, "epsilon") } });
    w.define(output(node), { first: y });
  },
  ResizeBilinear: resize("linear"),
  ResizeNearestNeighbor: resize("nearest"),
  DepthToSpace: (w, node) => {
    const attributes = { blocksize: intOf(node, "block_size"), mode: "DCR" };
    w.define(output(node), { first: w.node("DepthToSpace", [w.first(node.input[0] ?? "")], attributes) });
  },
  SpaceToDepth: (w, node) => {
    const attributes = { blocksize: intOf(node, "block_size") };
    w.define(output(node), { first: w.node("SpaceToDepth", [w.first(node.input[0] ?? "")], attributes) });
  },
  MaxPoolWithArgmax: poolWithPlaces,
  CropAndResize: cropAndResize,
};

/** A window that goes over an image. */
interface Window {
  kernel: number[];
  strides: number[];
  dilations: number[];
}

function convolve(
  w: OnnxWriter,
  node: GraphNode,
  [kh = 0, kw = 0]: readonly number[],
  change: (kernel: Constant) => Constant,
  more: Readonly<Record<string, OnnxAttribute>> = {},
): void {
  const x = node.input[0] ?? "";
  const window = windowOf(node, [kh, kw], has(node, "dilations") ? spatial(intsOf(node, "dilations")) : [1, 1]);
  const pads = padsOf(w, node, spatial(w.shape(x)), window);
  const { kernel, strides, dilations } = window;
  const weights = changedKernel(w, node, 1, change);
  const attributes = { kernel_shape: kernel, strides, dilations, pads, ...more };
  w.define(output(node), { first: w.node("Conv", [w.first(x), weights], attributes) });
}

function changedKernel(w: OnnxWriter, node: GraphNode, input: number, change: (kernel: Constant) => Constant): string {
  const source = node.input[input] ?? "";
  const kernel = w.constant(source);
  if (!kernel) throw new AnchorkitError(`${w.describe(node)}: its kernel is computed, which ONNX cannot have`);
  return w.changed(source, "onnx", change(kernel));
}

function pool(op: string) {
  return (w: OnnxWriter, node: GraphNode): void => {
    w.define(output(node), { first: w.node(op, [w.first(node.input[0] ?? "")], poolAttributes(w, node)) });
  };
}

function poolAttributes(w: OnnxWriter, node: GraphNode) {
  const window = windowOf(node, spatial(intsOf(node, "ksize")), [1, 1]);
  const pads = padsOf(w, node, spatial(w.shape(node.input[0] ?? "")), window);
  return { kernel_shape: window.kernel, strides: window.strides, pads };
}

/** Places are counted over channels first in ONNX, and over channels last, of each image by itself, in TensorFlow. */
function poolWithPlaces(w: OnnxWriter, node: GraphNode): void {
  const [x = ""] = node.input;
  const [pooled, places] = w.several("MaxPool", [w.first(x)], 2, poolAttributes(w, node)) as [string, string];
  const [, height = 0, width = 0, channels = 0] = w.shape(x);
  const cell = w.node("Mod", [places, w.ints([height * width], [])]);
  const channel = w.ints(Array.from({ length: channels }, (_, c) => c), [1, channels, 1, 1]); // prettier-ignore
  const found = w.node("Add", [w.node("Mul", [cell, w.ints([channels], [])]), channel]);
  w.define(output(node, 0), { first: pooled });
  w.define(output(node, 1), {
    first: w.node("Cast", [found], { to: ONNX_TYPE[onnxType(w.value(output(node, 1)).dtype)] }),
  });
}

function windowOf(node: GraphNode, kernel: number[], dilations: number[]): Window {
  return { kernel, strides: spatial(intsOf(node, "strides")), dilations };
}

/** Above and left, then below and right, as ONNX has it: TensorFlow's SAME has the odd one below and right. */
function padsOf(
  w: OnnxWriter,
  node: GraphNode,
  size: readonly number[],
  { kernel, strides, dilations }: Window,
): number[] {
  const padding = textOf(node, "padding");
  if (padding === "VALID") return [0, 0, 0, 0];
  if (padding === "EXPLICIT") {
    const [, , top = 0, bottom = 0, left = 0, right = 0] = intsOf(node, "explicit_paddings");
    return [top, left, bottom, right];
  }
  if (padding !== "SAME") throw new AnchorkitError(`${w.describe(node)}: there is no padding ${padding} in ONNX`);
  const totals = [0, 1].map((i) => {
    const covered = (at(kernel, i) - 1) * at(dilations, i) + 1;
    return Math.max((Math.ceil(at(size, i) / at(strides, i)) - 1) * at(strides, i) + covered - at(size, i), 0);
  });
  return [...totals.map((total) => Math.floor(total / 2)), ...totals.map((total) => Math.ceil(total / 2))];
}

function resize(mode: "linear" | "nearest") {
  return (w: OnnxWriter, node: GraphNode): void => {
    const x = node.input[0] ?? "";
    const [n = 0, h = 0, width = 0, c = 0] = w.shape(output(node));
    const [halves, corners] = [flagOf(node, "half_pixel_centers"), flagOf(node, "align_corners")];
    const attributes = {
      mode,
      coordinate_transformation_mode: corners ? "align_corners" : halves ? "half_pixel" : "asymmetric",
      // TensorFlow's nearest pixel is that under the middle, or from which the coordinate is counted
      ...(mode === "nearest" && {
        nearest_mode: corners ? "round_prefer_ceil" : halves ? "round_prefer_ceil" : "floor",
      }),
    };
    w.define(output(node), { first: w.node("Resize", [w.first(x), "", "", w.ints([n, c, h, width])], attributes) });
  };
}

/**
 * TensorFlow samples a grid between two corners, RoiAlign the middle of each bin of a region: the region that has those
 * samples in the middles of its bins is half a bin larger on each side.
 */
function cropAndResize(w: OnnxWriter, node: GraphNode): void {
  const [x = "", boxes = "", indices = ""] = node.input;
  const [, height = 0, width = 0] = w.shape(x);
  const [, rows = 0, columns = 0] = w.shape(output(node));
  if (textOf(node, "method") !== "bilinear" || rows < 2 || columns < 2) {
    throw new AnchorkitError(`${w.describe(node)}: only bilinear crops of two pixels and more can be written`);
  }
  // [r, 4]: y1, x1, y2, x2, 0 to 1 between the centres of the outermost cells, into cells
  const corners = w.node("Mul", [w.plain(boxes), w.floats([height - 1, width - 1, height - 1, width - 1])]);
  const [first, last] = w.several("Split", [corners, w.ints([2, 2])], 2, { axis: 1 }) as [string, string];
  const bin = w.node("Mul", [w.node("Sub", [last, first]), w.floats([1 / (rows - 1), 1 / (columns - 1)])]);
  const half = w.node("Mul", [bin, w.floats([0.5], [])]);
  const begin = w.node("Add", [w.node("Sub", [first, half]), w.floats([0.5], [])]); // half a cell: RoiAlign's cells
  const end = w.node("Add", [w.node("Add", [last, half]), w.floats([0.5], [])]);
  const swap = (corner: string): string => w.node("Gather", [corner, w.ints([1, 0])], { axis: 1 }); // to x, y
  const regions = w.node("Concat", [swap(begin), swap(end)], { axis: 1 });
  const attributes = {
    ...{ output_height: rows, output_width: columns, sampling_ratio: 1, mode: "avg" },
    ...{ coordinate_transformation_mode: "half_pixel", spatial_scale: { float: 1 } },
  };
  const inputs = [w.first(x), regions, w.node("Cast", [w.plain(indices)], { to: 7 })];
  w.define(output(node), { first: w.node("RoiAlign", inputs, attributes) });
}

/** Height and width of four axes n, h, w, c. */
function spatial(axes: readonly number[]): number[] {
  return axes.slice(1, 3);
}

function at(values: readonly number[], i: number): number {
  return values[i] ?? NaN;
}
