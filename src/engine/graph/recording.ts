import type * as tf from "@tensorflow/tfjs";
import type { DataType, GraphNode } from "./graphDef.ts";

/** A value of a graph: what it is, and where it comes from. */
export interface GraphValue {
  /** `node:output`. */
  source: string;
  shape: number[];
  /** TensorFlow's type, which tfjs may call by another name: its int32 may be uint8 or int64. */
  dtype: DataType;
}

/** A loop of a recorded graph, as it was before it became nodes for control flow: other formats have loops of their own. */
export interface RecordedLoop {
  /** What the names of its nodes for control flow begin with, before a slash. */
  name: string;
  backwards: boolean;
  /** Nodes of the body, by name, in their order. */
  body: readonly string[];
  /** Sources: of all slices, outside, and of one, in the body. */
  scanned: readonly { all: string; slice: string }[];
  /** Sources: before the loop, at the begin and at the end of the body, and after the loop. */
  carried: readonly { first: string; begin: string; next: string; last: string }[];
  /** Sources: of one, in the body, and of all, outside. */
  kept: readonly { slice: string; all: string }[];
  /** What else comes from outside: sources in the body -> outside. */
  entered: ReadonlyMap<string, string>;
}

/** One run of a step, written down as a graph whose nodes all begin with the step's name. */
export interface Recording {
  nodes: GraphNode[];
  /** What the step is fed, under its own names. */
  inputs: Map<string, GraphValue>;
  outputs: Map<string, GraphValue>;
  /** Variable -> its new value. */
  updates: Map<tf.Variable, GraphValue>;
  /** Nodes that write over variables: those come first among their inputs, as the values that they start from. */
  inPlace: Map<string, readonly tf.Variable[]>;
  loops: RecordedLoop[];
  /** Every value that an op makes, is fed or reads from a variable, by its source. */
  results: Map<string, GraphValue>;
}

/** The node that reads the new value of variable k of a node that writes over it. */
export function newValueNode(node: string, k: number): string {
  return `${node}/new_${k}`;
}

/** @throws if two recordings of a step differ: it draws random numbers in JavaScript, or runs other ops */
export function assertSameRecording(name: string, a: Recording, b: Recording): void {
  const differing = a.nodes.findIndex((node, i) => !sameNode(node, b.nodes[i]));
  if (differing === -1 && a.nodes.length === b.nodes.length) return;
  const node = a.nodes[differing];
  const users = a.nodes.filter((n) => n.input.includes(`${node?.name}:0`)).map((n) => n.op);
  throw new Error(
    node?.op === "Const"
      ? `step ${name}: a value made in JavaScript differs from one run to the next and would be frozen in the graph ` +
          `(it goes into ${users.join(", ")}); feed it as an input`
      : `step ${name}: runs other operations the second time (at ${node?.name ?? "its end"}); a step must be pure`,
  );
}

function sameNode(a: GraphNode, b: GraphNode | undefined): boolean {
  if (!b || a.op !== b.op || a.name !== b.name || a.input.join() !== b.input.join()) return false;
  const [x, y] = [a.attr.value, b.attr.value];
  if (!x || !y || !("tensor" in x) || !("tensor" in y)) return true;
  return Buffer.compare(x.tensor.tensorContent, y.tensor.tensorContent) === 0;
}
