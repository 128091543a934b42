import { AnchorkitError } from "../../base/errors.ts";
import type { FrozenGraph } from "../../engine/graph/frozenGraph.ts";
import type { GraphNode } from "../../engine/graph/graphDef.ts";
import type { RecordedLoop } from "../../engine/graph/recording.ts";
import { type OnnxModel, withBodies } from "./onnxModel.ts";
import { described, OnnxWriter } from "./onnxWriter.ts";
import { ELEMENTWISE_OPS } from "./ops/elementwise.ts";
import { IMAGE_OPS } from "./ops/images.ts";
import { writeLoop } from "./ops/loop.ts";
import type { OpWriters } from "./ops/op.ts";
import { REDUCTION_OPS } from "./ops/reductions.ts";
import { SELECTION_OPS } from "./ops/selection.ts";
import { SHAPE_OPS } from "./ops/shapes.ts";

/** The set of operators that is written: the first whose reductions all take their axes as an input. */
const OPSET = 18;

const WRITERS: OpWriters = { ...ELEMENTWISE_OPS, ...IMAGE_OPS, ...REDUCTION_OPS, ...SELECTION_OPS, ...SHAPE_OPS };

/**
 * A frozen graph of native TensorFlow as an ONNX model of the same inputs and outputs.
 *
 * @throws AnchorkitError that names an op which has no equivalent here, and the weight before it
 */
export function toOnnx(graph: FrozenGraph, { name, version, metadata }: OnnxHeader): OnnxModel {
  const w = new OnnxWriter(graph);
  for (const [key, { source }] of graph.inputs) w.define(source, { plain: key });
  const loops = new Map(graph.loops.flatMap((loop) => loop.body.map((name) => [name, loop] as const)));
  const loopOf = ({ name }: GraphNode): RecordedLoop | undefined =>
    loops.get(name) ?? graph.loops.find((loop) => name.startsWith(`${loop.name}/`));
  const done = new Set<RecordedLoop>();
  for (const node of graph.nodes) {
    const loop = loopOf(node);
    if (loop === undefined) writeNode(w, node);
    else if (!done.has(loop)) {
      done.add(loop);
      writeLoop(w, graph, loop, writeNode);
    }
  }
  for (const [key, { source }] of graph.outputs) {
    w.nodes.push({ op: "Identity", inputs: [w.plain(source)], outputs: [key], attributes: {} });
  }
  const used = new Set(withBodies(w.nodes).flatMap((node) => node.inputs));
  const inputs = [...graph.inputs].map(([key, value]) => described(key, value));
  const outputs = [...graph.outputs].map(([key, value]) => described(key, value));
  return {
    graph: { name, inputs, outputs, nodes: w.nodes, constants: w.constants.filter(({ name: own }) => used.has(own)) },
    opset: OPSET,
    producer: { name: "anchorkit", version },
    metadata,
  };
}

/** @throws AnchorkitError for an op that has no equivalent here */
function writeNode(w: OnnxWriter, node: GraphNode): void {
  if (node.op === "Const" || node.op === "Placeholder") return;
  const write = Object.hasOwn(WRITERS, node.op) ? WRITERS[node.op] : undefined;
  if (!write) throw new AnchorkitError(`${w.describe(node)}: this op cannot be written as ONNX yet`);
  write(w, node);
}

/** What a file says of itself. */
export interface OnnxHeader {
  /** Of the graph. */
  name: string;
  /** Of anchorkit. */
  version: string;
  metadata: Readonly<Record<string, string>>;
}
