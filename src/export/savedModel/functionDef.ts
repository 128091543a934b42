import type { FunctionArgument, FunctionDef, GraphNode } from "../../engine/graph/graphDef.ts";
import { outputOf } from "./outputNames.ts";

export interface FunctionParts {
  name: string;
  /** Placeholders among them are the arguments, in their order. */
  nodes: readonly GraphNode[];
  /** What it gives, in this order: source and TensorFlow's number of its type. */
  results: readonly { source: string; type: number }[];
}

/** Nodes as a function that other nodes call. */
export function functionDef({ name, nodes, results }: FunctionParts): FunctionDef {
  const makers = new Map(nodes.map((node) => [node.name, node]));
  const inputArg: FunctionArgument[] = [];
  const names = new Map<string, string>(); // of arguments, by the placeholder's
  for (const { op, name: placeholder, attr } of nodes) {
    if (op !== "Placeholder" || !attr.dtype || !("type" in attr.dtype)) continue;
    names.set(placeholder, `argument_${names.size}`);
    inputArg.push({ name: `argument_${inputArg.length}`, type: attr.dtype.type });
  }
  /** Sources are `node:output` in a graph, `node:output name:index` in a function, and arguments go by their name. */
  const within = (source: string): string => {
    if (source.startsWith("^")) return source;
    const [, maker = source, index = "0"] = /^(.*):(\d+)$/.exec(source) ?? [];
    return names.get(maker) ?? `${maker}:${outputOf(makers.get(maker)?.op ?? "", Number(index))}`;
  };
  return {
    signature: { name, inputArg, outputArg: results.map(({ type }, i) => ({ name: `result_${i}`, type })) },
    nodeDef: nodes.filter(({ op }) => op !== "Placeholder").map((node) => ({ ...node, input: node.input.map(within) })),
    ret: Object.fromEntries(results.map(({ source }, i) => [`result_${i}`, within(source)])),
  };
}
