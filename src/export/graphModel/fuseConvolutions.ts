import { DATA_TYPE, type GraphNode } from "../../engine/graph/graphDef.ts";
import { makerOf } from "../../engine/graph/sources.ts";

/** What a convolution becomes together with what follows it. */
const FUSED: Readonly<Record<string, string>> = {
  Conv2D: "_FusedConv2D",
  DepthwiseConv2dNative: "FusedDepthwiseConv2dNative",
};

/** Activations that are computed with a convolution. */
const ACTIVATIONS = new Set(["Relu", "Relu6"]);

const ADDITIONS = new Set(["BiasAdd", "Add", "AddV2"]);

/**
 * The same graph with the bias and the activation after a convolution made part of it, as tfjs's own converter does it:
 * a map is gone over once in place of three times. Only where nothing else takes what lies between.
 *
 * @param outputs sources that the graph gives
 * @param isBias whether a source is a constant of one number for each channel
 */
export function fuseConvolutions(
  nodes: readonly GraphNode[],
  outputs: ReadonlySet<string>,
  isBias: (source: string, channelsOf: string) => boolean,
): GraphNode[] {
  const takers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const source of node.input) takers.set(source, [...(takers.get(source) ?? []), node]);
  }
  const onlyTaker = ({ name }: GraphNode): GraphNode | undefined => {
    const found = takers.get(`${name}:0`) ?? [];
    return found.length === 1 && !outputs.has(`${name}:0`) ? found[0] : undefined;
  };
  const replaced = new Map<GraphNode, GraphNode | undefined>();
  for (const node of nodes) {
    const op = FUSED[node.op];
    const addition = op === undefined ? undefined : onlyTaker(node);
    const [x = "", bias = ""] = addition?.input ?? [];
    if (!op || !addition || !ADDITIONS.has(addition.op) || makerOf(x) !== node.name || !isBias(bias, x)) continue;
    const next = onlyTaker(addition);
    const activation = next && ACTIVATIONS.has(next.op) ? next : undefined;
    const last = activation ?? addition;
    const parts = ["BiasAdd", ...(activation ? [activation.op] : [])];
    for (const part of [node, addition, last]) replaced.set(part, undefined);
    const attr = {
      ...{ ...node.attr, T: { type: DATA_TYPE.float32 }, num_args: { i: 1 }, epsilon: { f: 0 } },
      fused_ops: { list: { s: parts.map((part) => new TextEncoder().encode(part)) } },
    };
    replaced.set(last, { name: last.name, op, input: [...node.input, bias], attr });
  }
  return nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]));
}
