import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import { flagOf } from "../../attributes.ts";
import { ONNX_TYPE } from "../onnxModel.ts";
import { CHANNELS_FIRST, onnxType, type OnnxWriter } from "../onnxWriter.ts";
import { type OpWriter, type OpWriters, output } from "./op.ts";

/** What is computed along axes: sums, products of matrices, softmax, the place of the largest. */
export const REDUCTION_OPS: OpWriters = {
  Mean: reduce("ReduceMean"),
  Sum: reduce("ReduceSum"),
  Max: reduce("ReduceMax"),
  Min: reduce("ReduceMin"),
  Prod: reduce("ReduceProd"),
  Any: truth("ReduceMax"),
  All: truth("ReduceMin"),
  Softmax: alongLast("Softmax"),
  LogSoftmax: alongLast("LogSoftmax"),
  MatMul: (w, node) => {
    multiply(w, node, flagOf(node, "transpose_a"), flagOf(node, "transpose_b"));
  },
  BatchMatMulV2: (w, node) => {
    multiply(w, node, flagOf(node, "adj_x"), flagOf(node, "adj_y"));
  },
  ArgMax: place("ArgMax"),
  ArgMin: place("ArgMin"),
  Cumsum: (w, node) => {
    const [x = ""] = node.input;
    const [axis = 0] = w.numbers(node, 1);
    const attributes = { exclusive: Number(flagOf(node, "exclusive")), reverse: Number(flagOf(node, "reverse")) };
    w.define(output(node), { plain: w.node("CumSum", [w.plain(x), w.ints([axis], [])], attributes) });
  },
};

function reduce(op: string): OpWriter {
  return (w, node) => {
    const [x = ""] = node.input;
    const rank = w.shape(x).length;
    const keep = flagOf(node, "keep_dims");
    const axes = w.numbers(node, 1).map((axis) => (axis < 0 ? axis + rank : axis));
    const left = [0, 1, 2, 3].filter((axis) => !axes.includes(axis)).map((axis) => CHANNELS_FIRST[axis] ?? NaN);
    const inOrder = left.every((axis, i) => i === 0 || axis > (left[i - 1] ?? 0));
    const first = w.isFirst(x) && (keep || inOrder);
    const own = first ? axes.map((axis) => CHANNELS_FIRST[axis] ?? NaN) : axes;
    const inputs = [w.take(x, first), w.ints(own)];
    const name = w.node(op, inputs, { keepdims: Number(keep) });
    w.give(output(node), name, first && keep);
  };
}

/** Of true and false, which ONNX reduces as numbers alone. */
function truth(op: string): OpWriter {
  return (w, node) => {
    const [x = ""] = node.input;
    const numbers = w.node("Cast", [w.plain(x)], { to: ONNX_TYPE.int32 });
    const attributes = { keepdims: Number(flagOf(node, "keep_dims")) };
    const reduced = w.node(op, [numbers, w.ints(w.numbers(node, 1))], attributes);
    w.define(output(node), { plain: w.node("Cast", [reduced], { to: ONNX_TYPE.bool }) });
  };
}

function alongLast(op: string): OpWriter {
  return (w, node) => {
    const [x = ""] = node.input;
    const first = w.isFirst(x);
    w.give(output(node), w.node(op, [w.take(x, first)], { axis: first ? 1 : -1 }), first);
  };
}

function place(op: string): OpWriter {
  return (w, node) => {
    const [axis = 0] = w.numbers(node, 1);
    const found = w.node(op, [w.plain(node.input[0] ?? "")], { axis, keepdims: 0 });
    const type = onnxType(w.value(output(node)).dtype);
    w.define(output(node), { plain: w.node("Cast", [found], { to: ONNX_TYPE[type] }) });
  };
}

/** Two matrices are ONNX's Gemm, which a bias can become part of; a batch of one, too. */
function multiply(w: OnnxWriter, node: GraphNode, transposeA: boolean, transposeB: boolean): void {
  const [a = "", b = ""] = node.input;
  const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
  if (w.shape(output(node)).length === 2) {
    w.define(output(node), { plain: w.node("Gemm", [w.plain(a), w.plain(b)], attributes) });
    return;
  }
  if ([a, b].every((source) => w.shape(source).length === 3 && w.shape(source)[0] === 1)) {
    w.define(output(node), { matrix: w.node("Gemm", [w.matrix(a), w.matrix(b)], attributes) });
    return;
  }
  const turned = (source: string, turn: boolean): string => {
    const axes = w.shape(source).map((_, axis) => axis);
    const perm = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
    return turn ? w.node("Transpose", [w.plain(source)], { perm }) : w.plain(source);
  };
  w.define(output(node), { plain: w.node("MatMul", [turned(a, transposeA), turned(b, transposeB)]) });
}
