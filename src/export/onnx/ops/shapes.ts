import { AnchorkitError } from "../../../base/errors.ts";
import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import { has, intOf, textOf } from "../../attributes.ts";
import { CHANNELS_FIRST, type OnnxWriter, TO_FIRST } from "../onnxWriter.ts";
import { type OpWriters, output } from "./op.ts";

/** What moves numbers, and computes none. */
export const SHAPE_OPS: OpWriters = {
  Reshape: reshape,
  ExpandDims: reshape,
  Squeeze: reshape,
  Transpose: (w, node) => {
    const [x = ""] = node.input;
    const order = w.numbers(node, 1);
    const first = w.isFirst(x);
    const perm = first ? order.map((axis) => CHANNELS_FIRST[axis] ?? NaN) : order;
    w.define(output(node), { plain: w.node("Transpose", [w.take(x, first)], { perm }) });
  },
  ConcatV2: (w, node) => {
    const parts = node.input.slice(0, -1);
    const [axis = 0] = w.numbers(node, parts.length);
    const rank = w.shape(output(node)).length;
    alongAxis(w, parts, axis, rank, (names, own) => [w.node("Concat", names, { axis: own })], node);
  },
  SplitV: (w, node) => {
    const [x = ""] = node.input;
    const sizes = w.numbers(node, 1);
    const [axis = 0] = w.numbers(node, 2);
    const split = (names: string[], own: number): string[] =>
      w.several("Split", [...names, w.ints(sizes)], sizes.length, { axis: own });
    alongAxis(w, [x], axis, w.shape(x).length, split, node);
  },
  Pack: (w, node) => {
    const axis = intOf(node, "axis");
    const parts = node.input.map((source) => w.node("Unsqueeze", [w.plain(source), w.ints([axis])]));
    w.define(output(node), { plain: w.node("Concat", parts, { axis }) });
  },
  Unpack: (w, node) => {
    const [axis, count] = [intOf(node, "axis"), intOf(node, "num")];
    const ones = w.ints(Array.from({ length: count }, () => 1));
    const parts = w.several("Split", [w.plain(node.input[0] ?? ""), ones], count, { axis });
    parts.forEach((part, i) => {
      w.define(output(node, i), { plain: w.node("Squeeze", [part, w.ints([axis])]) });
    });
  },
  Slice: (w, node) => {
    const [x = ""] = node.input;
    const begin = w.numbers(node, 1);
    const sizes = w.numbers(node, 2);
    const ends = begin.map((from, i) => (sizes[i] === -1 ? (w.shape(x)[i] ?? 0) : from + (sizes[i] ?? 0)));
    slice(w, node, { begin, ends, steps: begin.map(() => 1) });
  },
  StridedSlice: stridedSlice,
  ReverseV2: (w, node) => {
    const axes = w.numbers(node, 1);
    const places = axes.map((axis) => w.shape(output(node))[axis] ?? 0);
    const back = (values: number[]): string => w.ints(values);
    const inputs = [
      w.plain(node.input[0] ?? ""),
      back(places.map((length) => length - 1)),
      back(places.map((length) => -length - 1)),
      back(axes),
      back(axes.map(() => -1)),
    ];
    w.define(output(node), { plain: w.node("Slice", inputs) });
  },
  Tile: (w, node) => {
    w.define(output(node), { plain: w.node("Tile", [w.plain(node.input[0] ?? ""), w.ints(w.numbers(node, 1))]) });
  },
  Fill: (w, node) => {
    const shape = w.ints(w.shape(output(node)));
    w.define(output(node), { plain: w.node("Expand", [w.plain(node.input[1] ?? ""), shape]) });
  },
  Pad: pad,
  PadV2: pad,
  MirrorPad: mirrorPad,
};

/**
 * Shapes are known beforehand, so that whatever changes the shape alone is the same op. TensorFlow multiplies matrices as
 * batches of one, whose first axis comes and goes: it is written only where somebody else takes it.
 */
function reshape(w: OnnxWriter, node: GraphNode): void {
  const [x = ""] = node.input;
  const [from, to] = [w.shape(x), w.shape(output(node))];
  const isMatrix = (shape: readonly number[], batch: readonly number[]): boolean =>
    shape.length === 2 && batch.length === 3 && batch[0] === 1 && batch[1] === shape[0] && batch[2] === shape[1];
  if (isMatrix(from, to)) w.define(output(node), { matrix: w.plain(x) });
  else if (isMatrix(to, from) && w.isMatrix(x)) w.define(output(node), { plain: w.matrix(x) });
  else reshaped(w, node, w.plain(x));
}

function reshaped(w: OnnxWriter, node: GraphNode, x: string): void {
  w.define(output(node), { plain: w.node("Reshape", [x, w.ints(w.shape(output(node)))]) });
}

/** Joins or parts values along an axis: channels first if one of them is at hand so alone. */
function alongAxis(
  w: OnnxWriter,
  inputs: readonly string[],
  axis: number,
  rank: number,
  write: (names: string[], axis: number) => string[],
  node: GraphNode,
): void {
  const positive = axis < 0 ? axis + rank : axis;
  const first = rank === 4 && inputs.some((source) => w.isFirst(source));
  const own = first ? (CHANNELS_FIRST[positive] ?? NaN) : positive;
  const names = inputs.map((source) => w.take(source, first));
  write(names, own).forEach((name, i) => {
    w.give(output(node, i), name, first);
  });
}

/** Where a slice begins and ends on each axis, and how it steps. */
interface Bounds {
  begin: number[];
  ends: number[];
  steps: number[];
}

/** Only the axes that are cut are named. @param shape that the result has, where axes are dropped or added */
function slice(w: OnnxWriter, node: GraphNode, { begin, ends, steps }: Bounds, isReshaped = false): void {
  const [x = ""] = node.input;
  const shape = w.shape(x);
  const first = w.isFirst(x) && !isReshaped;
  const cut = shape.flatMap((length, axis) => {
    const whole = begin[axis] === 0 && ends[axis] === length && steps[axis] === 1;
    return whole || axis >= begin.length ? [] : [axis];
  });
  const pick = (values: readonly number[]): string => w.ints(cut.map((axis) => values[axis] ?? NaN));
  const axes = w.ints(cut.map((axis) => (first ? (CHANNELS_FIRST[axis] ?? NaN) : axis)));
  const whole = w.take(x, first);
  const part = cut.length === 0 ? whole : w.node("Slice", [whole, pick(begin), pick(ends), axes, pick(steps)]);
  if (isReshaped) reshaped(w, node, part);
  else w.give(output(node), part, first);
}

function stridedSlice(w: OnnxWriter, node: GraphNode): void {
  const [x = ""] = node.input;
  const masks = ["begin_mask", "end_mask", "shrink_axis_mask"].map((name) => (has(node, name) ? intOf(node, name) : 0));
  const [beginMask = 0, endMask = 0, shrinkMask = 0] = masks;
  for (const name of ["ellipsis_mask", "new_axis_mask"]) {
    if (has(node, name) && intOf(node, name) !== 0) {
      throw new AnchorkitError(`${w.describe(node)}: has a ${name}, which is not written`);
    }
  }
  const [begins, ends, steps] = [1, 2, 3].map((input) => w.numbers(node, input)) as [number[], number[], number[]];
  const shape = w.shape(x);
  const bounds: Bounds = { begin: [], ends: [], steps };
  steps.forEach((step, axis) => {
    const length = shape[axis] ?? 0;
    const place = (value: number): number => (value < 0 ? value + length : value);
    const from = beginMask & (1 << axis) ? (step > 0 ? 0 : length - 1) : place(begins[axis] ?? 0);
    const to = endMask & (1 << axis) ? (step > 0 ? length : -length - 1) : Math.min(place(ends[axis] ?? 0), length);
    bounds.begin.push(from);
    bounds.ends.push(shrinkMask & (1 << axis) ? from + 1 : to);
  });
  slice(w, node, bounds, shrinkMask !== 0);
}

function pad(w: OnnxWriter, node: GraphNode): void {
  const [x = "", , value] = node.input;
  const amount = value === undefined ? w.floats([0], []) : w.plain(value);
  padded(w, node, x, w.numbers(node, 1), { mode: "constant" }, [amount]);
}

function mirrorPad(w: OnnxWriter, node: GraphNode): void {
  if (textOf(node, "mode") !== "REFLECT") {
    throw new AnchorkitError(`${w.describe(node)}: ONNX can mirror without the border alone`);
  }
  padded(w, node, node.input[0] ?? "", w.numbers(node, 1), { mode: "reflect" }, []);
}

/** @param amounts before and after, axis by axis */
function padded(
  w: OnnxWriter,
  node: GraphNode,
  x: string,
  amounts: readonly number[],
  attributes: { mode: string },
  more: readonly string[],
): void {
  const first = w.isFirst(x);
  const order = first ? TO_FIRST : w.shape(x).map((_, axis) => axis);
  const sides = [0, 1].flatMap((side) => order.map((axis) => amounts[2 * axis + side] ?? 0));
  const name = w.node("Pad", [w.take(x, first), w.ints(sides), ...more], attributes);
  w.give(output(node), name, first);
}
