import * as tf from "@tensorflow/tfjs";
import { constantNode, DATA_TYPE, type Attribute, type GraphNode, shapeOf } from "./graphDef.ts";
import type { Loop, LoopResult } from "./loop.ts";
import type { GraphValue, RecordedLoop } from "./recording.ts";

/** TensorFlow's number of the type of handles. */
const RESOURCE = 20;
/** How many times of a loop may overlap: each waits for the one before in any case, and more cost bookkeeping. */
const PARALLEL = 1;

/** What is computed again at each time of a loop: a frame, in TensorFlow's word. */
export interface Frame {
  name: string;
  /** What is computed in the frame, by its source. */
  own: Set<string>;
  /** Values from outside, by their source there: what they are called in the frame. */
  entered: Map<string, GraphValue>;
}

/** The part of a recorder that writing down a loop needs. */
export interface LoopWriter {
  nodes: GraphNode[];
  /** The value of a tensor, as it is called where nodes are written at present. */
  valueOf: (tensor: tf.Tensor) => GraphValue;
  /** Says that a tensor is that value of the graph. */
  remember: (tensor: tf.Tensor, source: string, dtype: GraphValue["dtype"]) => GraphValue;
  /** Runs something whose ops are written down within a frame. */
  within: <T>(frame: Frame, run: () => T) => T;
}

/** What a value from outside is called in the frame; it is the same at each time. */
export function enter(frame: Frame, value: GraphValue, nodes: GraphNode[]): GraphValue {
  if (frame.own.has(value.source)) return value;
  const known = frame.entered.get(value.source);
  if (known) return known;
  const name = `${frame.name}/invariant_${frame.entered.size}`;
  nodes.push(enterNode(frame, name, value.source, DATA_TYPE[value.dtype], true));
  const inside = { ...value, source: `${name}:0` };
  frame.entered.set(value.source, inside);
  frame.own.add(inside.source);
  return inside;
}

/**
 * Writes a loop down with TensorFlow's nodes for control flow (Yu et al., "Dynamic Control Flow in Large-Scale Machine
 * Learning", 2018): its body is run and recorded once, on zeros.
 */
export function recordLoop(
  name: string,
  loop: Loop,
  writer: LoopWriter,
): { result: LoopResult; recorded: RecordedLoop } {
  const { nodes, valueOf, remember } = writer;
  const count = loop.scanned[0]?.shape[0] ?? 0;
  const frame: Frame = { name, own: new Set(), entered: new Map() };
  const node = (op: string, as: string, input: string[], attr: Record<string, Attribute>): string => {
    nodes.push({ name: `${name}/${as}`, op, input, attr });
    return `${name}/${as}`;
  };
  const constant = (as: string, values: number[], shape: number[]): GraphValue => {
    nodes.push(constantNode(`${name}/${as}`, DATA_TYPE.int32, shape, new Uint8Array(Int32Array.from(values).buffer)));
    return { source: `${name}/${as}:0`, shape, dtype: "int32" };
  };
  const inside = (value: GraphValue): string => enter(frame, value, nodes).source;
  const int32 = { T: { type: DATA_TYPE.int32 } };
  const again = `${name}/again:0`;
  /** A value that the loop carries: where the body finds it, where its end is, and how it is handed on. */
  const carry = (as: string, source: string, type: number) => {
    const attr = { T: { type } };
    nodes.push(enterNode(frame, `${name}/${as}/enter`, source, type, false));
    node("Merge", `${as}/merge`, [`${name}/${as}/enter:0`, `${name}/${as}/next:0`], { ...attr, N: { i: 2 } });
    node("Switch", `${as}/switch`, [`${name}/${as}/merge:0`, again], attr);
    const body = `${name}/${as}/switch:1`;
    const end = `${node("Exit", `${as}/exit`, [`${name}/${as}/switch:0`], attr)}:0`;
    frame.own.add(body);
    return { body, end, hand: (next: string) => node("NextIteration", `${as}/next`, [next], attr) };
  };

  const zero = constant("zero", [0], []);
  const index = carry("index", zero.source, DATA_TYPE.int32);
  const less = node("Less", "less", [`${name}/index/merge:0`, inside(constant("count", [count], []))], int32);
  node("LoopCond", "again", [`${less}:0`], {});
  const one = constant("one", [1], []);
  index.hand(`${node("AddV2", "index/after", [index.body, inside(one)], int32)}:0`);
  const place = loop.backwards
    ? `${node("Sub", "place", [inside(constant("last", [count - 1], [])), index.body], int32)}:0`
    : index.body;

  const placeholder = (like: GraphValue, shape: number[], source: string): tf.Tensor => {
    const tensor = tf.zeros(shape, like.dtype === "int32" || like.dtype === "bool" ? like.dtype : "float32");
    frame.own.add(remember(tensor, source, like.dtype).source);
    return tensor;
  };
  // A slice of the first axis is no copy, other than what GatherV2 gives.
  const row = (as: string, values: number[]): string => inside(constant(as, values, [values.length]));
  const begin = node("Reshape", "begin", [place, row("one_row", [1])], { ...int32, Tshape: int32.T });
  const masks = ["begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask"].map((mask) => [mask, { i: 0 }] as const);
  const scanned = loop.scanned.map((tensor, k) => {
    const value = valueOf(tensor);
    const types = { T: { type: DATA_TYPE[value.dtype] }, Index: int32.T };
    const attr = { ...types, ...Object.fromEntries(masks), shrink_axis_mask: { i: 1 } };
    const bounds = [`${begin}:0`, `${begin}:0`, row(`stride_${k}`, [1])];
    const found = node("StridedSlice", `slice_${k}`, [inside(value), ...bounds], attr);
    const slice = `${found}:0`;
    return { all: value.source, slice, tensor: placeholder(value, value.shape.slice(1), slice) };
  });
  const carried = loop.carried.map((tensor, k) => {
    const value = valueOf(tensor);
    const { body, ...rest } = carry(`carried_${k}`, value.source, DATA_TYPE[value.dtype]);
    return { value, body, ...rest, tensor: placeholder(value, value.shape, body) };
  });

  const bodyBegins = nodes.length;
  const { kept, next } = writer.within(frame, () => {
    const result = loop.body(scanned.map(({ tensor }) => tensor), carried.map(({ tensor }) => tensor)); // prettier-ignore
    return { next: result.carried.map(valueOf), kept: result.kept.map(valueOf) };
  });
  const body = nodes.slice(bodyBegins).map(({ name: own }) => own);
  carried.forEach(({ hand }, k) => hand(next[k]?.source ?? ""));
  const places = constant("places", Array.from({ length: count }, (_, i) => i), [count]); // prettier-ignore
  const output = (like: GraphValue, shape: number[], source: string): tf.Tensor => {
    const tensor = tf.zeros(shape, like.dtype === "int32" || like.dtype === "bool" ? like.dtype : "float32");
    remember(tensor, source, like.dtype);
    return tensor;
  };
  const size = constant("size", [count], []);
  const result = {
    carried: carried.map(({ value, end }) => output(value, value.shape, end)),
    kept: kept.map((value, k) => {
      const types = { dtype: { type: DATA_TYPE[value.dtype] }, element_shape: { shape: shapeOf(value.shape) } };
      const array = node("TensorArrayV3", `kept_${k}/array`, [size.source], {
        ...types,
        ...{ dynamic_size: { b: false }, clear_after_read: { b: true }, identical_element_shapes: { b: true } },
        tensor_array_name: { s: new TextEncoder().encode(`${name}/kept_${k}`) },
      });
      nodes.push(enterNode(frame, `${name}/kept_${k}/handle`, `${array}:0`, RESOURCE, true));
      const flow = carry(`kept_${k}`, `${array}:1`, DATA_TYPE.float32);
      const written = [`${name}/kept_${k}/handle:0`, place, value.source, flow.body];
      flow.hand(`${node("TensorArrayWriteV3", `kept_${k}/write`, written, { T: types.dtype })}:0`);
      const all = node("TensorArrayGatherV3", `kept_${k}/all`, [`${array}:0`, places.source, flow.end], types);
      return output(value, [count, ...value.shape], `${all}:0`);
    }),
  };
  const recorded: RecordedLoop = {
    ...{ name, backwards: loop.backwards ?? false, body },
    scanned: scanned.map(({ all, slice }) => ({ all, slice })),
    carried: carried.map(({ value, body: start, end }, k) => {
      return { first: value.source, begin: start, next: next[k]?.source ?? "", last: end };
    }),
    kept: kept.map((value, k) => ({ slice: value.source, all: `${name}/kept_${k}/all:0` })),
    entered: new Map([...frame.entered].map(([outside, { source }]) => [source, outside])),
  };
  return { result, recorded };
}

function enterNode(frame: Frame, name: string, source: string, type: number, invariant: boolean): GraphNode {
  const attr = {
    T: { type },
    frame_name: { s: new TextEncoder().encode(frame.name) },
    is_constant: { b: invariant },
    parallel_iterations: { i: PARALLEL },
  };
  return { name, op: "Enter", input: [source], attr };
}
