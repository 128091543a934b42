import { type OnnxGraph, type OnnxModel, type OnnxNode, type OnnxTensor, withBodies } from "../onnx/onnxModel.ts";

/** A constant that values are multiplied by, and along which of its axes the channels lie that it gives. */
export interface Weights {
  tensor: OnnxTensor;
  axis: number;
}

/** Constants of fewer numbers are not worth another form. */
const FEWEST = 1024;

/** The constants of float32 by which a graph multiplies values, in its loops, too. */
function weightsOf(graph: OnnxGraph): Weights[] {
  const axes = new Map(withBodies(graph.nodes).flatMap(channelAxes));
  return graph.constants.flatMap((tensor) => {
    const axis = axes.get(tensor.name);
    const size = tensor.shape.reduce((a, b) => a * b, 1);
    return axis === undefined || tensor.type !== "float32" || size < FEWEST ? [] : [{ tensor, axis }];
  });
}

/** What is written for weights: other constants, and nodes which make of them what the weights were, the last one under their name. */
export interface Replacement {
  constants: readonly OnnxTensor[];
  nodes: readonly OnnxNode[];
}

/** The same model, with its weights kept in another form; undefined leaves them as they are. */
export function withWeights(model: OnnxModel, form: (weights: Weights) => Replacement | undefined): OnnxModel {
  const { graph } = model;
  const forms = new Map(weightsOf(graph).map((weights) => [weights.tensor.name, form(weights)]));
  const nodes = [...forms.values()].flatMap((one) => one?.nodes ?? []);
  const constants = graph.constants.flatMap((tensor) => forms.get(tensor.name)?.constants ?? [tensor]);
  return { ...model, graph: { ...graph, nodes: [...nodes, ...graph.nodes], constants } };
}

/** Along which axis of what a node takes the channels lie that it gives. */
function channelAxes({ op, inputs, attributes }: OnnxNode): [string, number][] {
  const [left = "", right = ""] = inputs;
  if (op === "Conv") return [[right, 0]];
  if (op === "ConvTranspose") return [[right, 1]];
  if (op === "Gemm") {
    return [[left, Number(attributes.transA === 1)], [right, Number(attributes.transB !== 1)]]; // prettier-ignore
  }
  return [];
}
