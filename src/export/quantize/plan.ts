import type { OnnxGraph, OnnxNode, OnnxTensor } from "../onnx/onnxModel.ts";

/** What of a graph is computed in whole numbers of 8 bits. */
export interface Plan {
  nodes: ReadonlySet<OnnxNode>;
  /** Values that they give: they are there in 8 bits alone, whoever takes them. */
  made: ReadonlySet<string>;
  /** Values that they take, and that are made in float32. */
  taken: ReadonlySet<string>;
  /** Of the former: those that hold the numbers of another value, in other places. */
  alike: ReadonlyMap<string, string>;
}

/** What multiplies by weights, which are its second input. */
const WEIGHTED = new Set(["Conv", "Gemm"]);

/** What joins values, or takes the mean of neighbours, for which onnxruntime has a form in whole numbers. */
const JOINING = new Set(["Add", "Concat", "AveragePool", "GlobalAveragePool"]);

/** What only picks numbers, or moves them. */
const PICKING = new Set(["MaxPool", "Resize"]);

/** What becomes part of the rounding after it: whole numbers of 8 bits end where it cuts off. */
const CUTTING = new Set(["Relu", "Clip"]);

/** What a number goes through from one layer to the next: behind anything else, answers are made of it. */
const BETWEEN_LAYERS = new Set([
  ...[...WEIGHTED, ...JOINING, ...PICKING, ...CUTTING, "ConvTranspose", "MatMul", "BatchNormalization", "Scan"],
  ...["LeakyRelu", "Elu", "Selu", "Sigmoid", "HardSigmoid", "Tanh", "Softplus", "Softsign", "Erf", "Sub", "Mul", "Div"],
  ...["ReduceMean", "ReduceMax", "ReduceSum", "Pad", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity"],
  ...["DepthToSpace", "SpaceToDepth", "Split", "Slice", "RoiAlign"],
]);

/**
 * What of a graph can be computed in 8 bits and is worth it: convolutions and products of matrices, and what lies between
 * them. The last ones stay as they are: of what they give, scores and boxes are made, whose digits count.
 */
export function planOf(graph: OnnxGraph): Plan {
  const constants = new Map(graph.constants.map((tensor) => [tensor.name, tensor]));
  const takers = takersOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const leads = leadingOn(graph, takers);
  const [nodes, made, taken] = [new Set<OnnxNode>(), new Set<string>(), new Set<string>()];
  const alike = new Map<string, string>();
  const give = (node: OnnxNode): void => {
    nodes.add(node);
    made.add(resultOf(node, takers, outputs));
  };
  const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    const [x = ""] = node.inputs;
    if (!leads.has(node)) continue;
    if (isWeighted(node, constants) && computed.has(x)) {
      if (!made.has(x)) taken.add(x);
      give(node);
    } else if (JOINING.has(node.op) && node.inputs.every((name) => made.has(name))) give(node);
    else if (PICKING.has(node.op) && isPicking(node) && made.has(x)) {
      nodes.add(node);
      made.add(node.outputs[0] ?? "");
      alike.set(node.outputs[0] ?? "", x);
    }
  }
  return { nodes, made, taken, alike };
}

/** Who takes a value, by its name. */
function takersOf({ nodes }: OnnxGraph): Map<string, OnnxNode[]> {
  const takers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const name of node.inputs) takers.set(name, [...(takers.get(name) ?? []), node]);
  }
  return takers;
}

/** The nodes whose values reach another layer with weights. */
function leadingOn({ nodes }: OnnxGraph, takers: ReadonlyMap<string, OnnxNode[]>): Set<OnnxNode> {
  const leads = new Set<OnnxNode>();
  for (const node of [...nodes].reverse()) {
    const goesOn = node.outputs.some((name) =>
      (takers.get(name) ?? []).some((next) => {
        if (!BETWEEN_LAYERS.has(next.op) || (next.op === "RoiAlign" && next.inputs[0] !== name)) return false;
        return leads.has(next) || isLayer(next);
      }),
    );
    if (goesOn) leads.add(node);
  }
  return leads;
}

function isLayer({ op }: OnnxNode): boolean {
  return WEIGHTED.has(op) || op === "ConvTranspose" || op === "Scan";
}

function isWeighted({ op, inputs, attributes }: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): boolean {
  const [, weights = "", bias] = inputs;
  const known = [weights, ...(bias === undefined ? [] : [bias])].every((name) => constants.has(name));
  return WEIGHTED.has(op) && known && (attributes.transA ?? 0) === 0;
}

/** Neither a mean of neighbours, nor with the places of what was picked. */
function isPicking({ op, attributes, outputs }: OnnxNode): boolean {
  return outputs.length === 1 && (op !== "Resize" || attributes.mode === "nearest");
}

/** What a node gives, together with what cuts it off. */
function resultOf(node: OnnxNode, takers: ReadonlyMap<string, OnnxNode[]>, outputs: ReadonlySet<string>): string {
  const [own = ""] = node.outputs;
  const [next, ...others] = takers.get(own) ?? [];
  const isOnly = next && others.length === 0 && !outputs.has(own);
  return isOnly && CUTTING.has(next.op) ? (next.outputs[0] ?? "") : own;
}
