import type { GraphNode } from "./graphDef.ts";
import type { GraphValue } from "./recording.ts";

/**
 * The same graph without reshapes to the shape that a value has already, which tfjs puts around ops that know one number of
 * sides alone: they would keep a convolution from what could be made part of it.
 *
 * @param values every value of the graph, by its source @param kept sources that the graph's outputs take
 */
export function dropReshapes(
  nodes: readonly GraphNode[],
  values: ReadonlyMap<string, GraphValue>,
  kept: ReadonlySet<string>,
): GraphNode[] {
  const instead = new Map<string, string>();
  const rest: GraphNode[] = [];
  for (const node of nodes) {
    const input = node.input.map((source) => instead.get(source) ?? source);
    const [from, to] = [input[0] ?? "", `${node.name}:0`];
    if (node.op === "Reshape" && !kept.has(to) && isSame(values.get(from)?.shape, values.get(to)?.shape))
      instead.set(to, from);
    else rest.push({ ...node, input });
  }
  return rest;
}

function isSame(from: readonly number[] | undefined, to: readonly number[] | undefined): boolean {
  return from !== undefined && from.length === to?.length && from.every((size, i) => size === to[i]);
}
