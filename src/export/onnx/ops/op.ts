import type { GraphNode } from "../../../engine/graph/graphDef.ts";
import type { OnnxWriter } from "../onnxWriter.ts";

/** Writes a recorded op in ONNX's terms, and says under what name its outputs can be had. */
export type OpWriter = (w: OnnxWriter, node: GraphNode) => void;

/** By TensorFlow's name of the op. */
export type OpWriters = Readonly<Record<string, OpWriter>>;

/** An output of a node, as a source of other nodes. */
export function output({ name }: GraphNode, i = 0): string {
  return `${name}:${i}`;
}
