import { DATA_TYPE, type GraphNode } from "./graphDef.ts";

/** Operations that are fast in bfloat16, and which of their inputs are floats to be cast. */
const HALF_INPUTS: Record<string, number[]> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  BatchMatMulV2: [0, 1],
  MatMul: [0, 1],
};

/**
 * The same graph with convolutions and matrix products computed in bfloat16: their inputs are cast, their results are
 * cast back. Weights, normalisation, losses and the optimizer stay float32 (Kalamkar et al., "A Study of BFLOAT16 for
 * Deep Learning Training", 2019).
 */
export function computeInBfloat16(nodes: readonly GraphNode[]): GraphNode[] {
  const result: GraphNode[] = [];
  const halves = new Map<string, string>(); // float32 source -> its bfloat16 twin: a value is cast once
  for (const node of nodes) {
    const which = HALF_INPUTS[node.op];
    if (!which) {
      result.push(node);
      continue;
    }
    const input = [...node.input];
    for (const i of which) {
      const source = input[i];
      if (source === undefined) continue;
      const half = halves.get(source) ?? `${node.name}/half_input_${i}`;
      if (!halves.has(source)) result.push(castNode(half, source, DATA_TYPE.float32, DATA_TYPE.bfloat16));
      halves.set(source, half);
      input[i] = `${half}:0`;
    }
    result.push({ ...node, name: `${node.name}/half`, input, attr: { ...node.attr, T: { type: DATA_TYPE.bfloat16 } } });
    result.push(castNode(node.name, `${node.name}/half:0`, DATA_TYPE.bfloat16, DATA_TYPE.float32));
  }
  return result;
}

function castNode(name: string, source: string, from: number, to: number): GraphNode {
  return {
    name,
    op: "Cast",
    input: [source],
    attr: { SrcT: { type: from }, DstT: { type: to }, Truncate: { b: false } },
  };
}
