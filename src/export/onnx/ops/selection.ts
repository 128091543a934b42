import { AnchorkitError } from "../../../base/errors.ts";
import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import { flagOf, intOf } from "../../attributes.ts";
import type { GraphValue } from "../../../engine/graph/recording.ts";
import { ONNX_TYPE } from "../onnxModel.ts";
import { onnxType, type OnnxWriter } from "../onnxWriter.ts";
import { type OpWriters, output } from "./op.ts";

/** What picks some of many: rows, the largest, what is left after non-maximum suppression. ONNX counts in 64 bits. */
export const SELECTION_OPS: OpWriters = {
  GatherV2: (w, node) => {
    const [x = "", indices = ""] = node.input;
    const [axis = 0] = w.numbers(node, 2);
    w.define(output(node), { plain: w.node("Gather", [w.plain(x), w.plain(indices)], { axis }) });
  },
  GatherNd: (w, node) => {
    const [x = "", indices = ""] = node.input;
    w.define(output(node), { plain: w.node("GatherND", [w.plain(x), long(w, w.plain(indices))]) });
  },
  ScatterNd: (w, node) => {
    const [indices = "", updates = ""] = node.input;
    const zeros = zerosOf(w, w.value(output(node)));
    const inputs = [zeros, long(w, w.plain(indices)), w.plain(updates)];
    w.define(output(node), { plain: w.node("ScatterND", inputs, { reduction: "add" }) });
  },
  TensorScatterUpdate: (w, node) => {
    const [x = "", indices = "", updates = ""] = node.input;
    const inputs = [w.plain(x), long(w, w.plain(indices)), w.plain(updates)];
    w.define(output(node), { plain: w.node("ScatterND", inputs) });
  },
  TopKV2: (w, node) => {
    const [x = ""] = node.input;
    const [k = 0] = w.numbers(node, 1);
    const attributes = { axis: -1, sorted: Number(flagOf(node, "sorted")) };
    const [values, places] = w.several("TopK", [w.plain(x), w.ints([k])], 2, attributes) as [string, string];
    w.define(output(node, 0), { plain: values });
    w.define(output(node, 1), { plain: int32(w, places) });
  },
  OneHot: (w, node) => {
    const [indices = "", , on = "", off = ""] = node.input;
    const [depth = 0] = w.numbers(node, 1);
    const values = [off, on].map((source) => w.node("Reshape", [w.plain(source), w.ints([1])]));
    const inputs = [w.plain(indices), w.ints([depth], []), w.node("Concat", values, { axis: 0 })];
    w.define(output(node), { plain: w.node("OneHot", inputs, { axis: intOf(node, "axis") }) });
  },
  CombinedNonMaxSuppression: combinedNms,
};

/** Below every score that counts. */
const NONE = -3e38;

/**
 * TensorFlow suppresses class by class, and gives the best of all classes, padded; ONNX gives places, as many as there
 * are. Scores are written into their places of a table of what is no detection, and the best are taken of that: all
 * shapes are known beforehand.
 */
function combinedNms(w: OnnxWriter, node: GraphNode): void {
  const [boxes = "", scores = ""] = node.input;
  const [[perClass = 0], [count = 0], [overlap = 0], [least = 0]] = [2, 3, 4, 5].map((i) => w.numbers(node, i)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  if (flagOf(node, "clip_boxes")) throw new AnchorkitError(`${w.describe(node)}: clips boxes, which is not written`);
  const [batch = 0, n = 0, classes = 0] = w.shape(scores);
  const [, , each = 1] = w.shape(boxes);
  // With boxes of each class, a class is an image of its own.
  const [images, own] = each === 1 ? [batch, classes] : [batch * classes, 1];
  const ofImage = each === 1 ? w.plain(boxes) : w.node("Transpose", [w.plain(boxes)], { perm: [0, 2, 1, 3] });
  const corners = w.node("Reshape", [ofImage, w.ints([images, n, 4])]);
  const byClass = w.node("Transpose", [w.plain(scores)], { perm: [0, 2, 1] }); // [batch, classes, n]
  const table = w.node("Reshape", [byClass, w.ints([images, own, n])]);
  const limits = [w.ints([perClass]), w.floats([overlap]), w.floats([least])];
  const kept = w.node("NonMaxSuppression", [corners, table, ...limits], { center_point_box: 0 }); // [kept, 3]
  const none = w.node("Expand", [w.floats([NONE]), w.ints([images, own, n])]);
  const left = w.node("ScatterND", [none, kept, w.node("GatherND", [table, kept])]);

  const width = classes * n;
  const flat = w.node("Reshape", [left, w.ints([batch, width])]);
  const filled =
    width >= count ? flat : w.node("Pad", [flat, w.ints([0, 0, 0, count - width]), w.floats([NONE], [])], { mode: "constant" }); // prettier-ignore
  const [best, places] = w.several("TopK", [filled, w.ints([count])], 2, { axis: -1 }) as [string, string];
  const real = w.node("Greater", [best, w.floats([NONE / 2], [])]); // [batch, count]
  const inside = width >= count ? places : w.node("Min", [places, w.ints([width - 1], [])]);
  const ofClass = w.node("Div", [inside, w.ints([n], [])]);
  const row = w.node("Sub", [inside, w.node("Mul", [ofClass, w.ints([n], [])])]);
  const rows = each === 1 ? row : inside; // of what the boxes of an image are
  const all = w.node("Reshape", [corners, w.ints([batch, each * n, 4])]);
  const index = w.node("Unsqueeze", [rows, w.ints([2])]);
  const picked = w.node("GatherND", [all, index], { batch_dims: 1 }); // [batch, count, 4]
  const zero = w.floats([0], []);
  const shown = w.node("Unsqueeze", [real, w.ints([2])]);
  w.define(output(node, 0), { plain: w.node("Where", [shown, picked, zero]) });
  w.define(output(node, 1), { plain: w.node("Where", [real, best, zero]) });
  const numbers = w.node("Cast", [ofClass], { to: ONNX_TYPE.float32 });
  w.define(output(node, 2), { plain: w.node("Where", [real, numbers, zero]) });
  const counted = w.node("ReduceSum", [int32(w, real), w.ints([1])], { keepdims: 0 });
  w.define(output(node, 3), { plain: counted });
}

function zerosOf(w: OnnxWriter, { shape, dtype }: GraphValue): string {
  const zeros = w.node("Expand", [w.floats([0]), w.ints(shape)]);
  return dtype === "float32" ? zeros : w.node("Cast", [zeros], { to: ONNX_TYPE[onnxType(dtype)] });
}

function long(w: OnnxWriter, name: string): string {
  return w.node("Cast", [name], { to: ONNX_TYPE.int64 });
}

function int32(w: OnnxWriter, name: string): string {
  return w.node("Cast", [name], { to: ONNX_TYPE.int32 });
}
