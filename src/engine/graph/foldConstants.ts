import * as tf from "@tensorflow/tfjs";
import { constantNode, DATA_TYPE, type GraphNode } from "./graphDef.ts";
import type { GraphValue } from "./recording.ts";
import { openSession } from "./session.ts";
import { makerOf } from "./sources.ts";

/** Results of more bytes are computed anew in each run rather than kept. */
const LARGEST = 2 ** 20;

/** What does not stay the same, whatever it takes: what is fed, and loops, whose nodes run many times. */
const CHANGING = new Set(["Placeholder", "Enter", "Merge", "Switch", "NextIteration", "Exit", "LoopCond"]);

/** Types that JavaScript can read. */
const READABLE = new Set(["float32", "int32", "bool"]);

/**
 * The same graph, with what does not depend on its inputs computed and put there as constants.
 *
 * @param values every value of the graph, by its source
 */
export async function foldConstants(
  nodes: readonly GraphNode[],
  values: ReadonlyMap<string, GraphValue>,
): Promise<GraphNode[]> {
  const constants = new Set<string>();
  for (const { name, op, input } of nodes) {
    const stays = input.every((source) => !source.startsWith("^") && constants.has(makerOf(source)));
    if (op === "Const" || (!CHANGING.has(op) && input.length > 0 && stays)) constants.add(name);
  }
  const folded = (node: GraphNode): boolean => {
    const value = values.get(`${node.name}:0`);
    const isOnly = !values.has(`${node.name}:1`);
    const fits = value !== undefined && READABLE.has(value.dtype) && 4 * tf.util.sizeFromShape(value.shape) <= LARGEST;
    return node.op !== "Const" && constants.has(node.name) && isOnly && fits;
  };
  const wanted = nodes.filter(folded);
  if (wanted.length === 0) return [...nodes];
  const known = nodes.filter(({ name }) => constants.has(name));
  const session = await openSession(known);
  const results = session.run(
    [],
    wanted.map(({ name }) => `${name}:0`),
  );
  const made = new Map(wanted.map(({ name }, i) => [name, resultNode(name, results[i] as tf.Tensor)]));
  tf.dispose(results);
  session.close();
  return nodes.map((node) => made.get(node.name) ?? node);
}

function resultNode(name: string, result: tf.Tensor): GraphNode {
  const { buffer, byteOffset, byteLength } = result.dataSync();
  const bytes = new Uint8Array(buffer, byteOffset, byteLength).slice();
  return constantNode(name, DATA_TYPE[result.dtype as "float32" | "int32" | "bool"], result.shape, bytes);
}
