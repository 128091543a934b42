import type * as tf from "@tensorflow/tfjs";
import {
  DATA_TYPE,
  type DataType,
  encodeGraph,
  type GraphNode,
  nodeName,
  shapeOf,
  type TensorShape,
} from "./graphDef.ts";
import { recordStep } from "./recorder.ts";
import type { GraphValue } from "./recording.ts";
import { canRunGraphs } from "./session.ts";
import type { Step } from "./step.ts";

/** Bytes of a constant that are kept; larger ones (anchors) tell a reader of the graph nothing. */
const MOST_CONTENT = 1024;

/**
 * A step as a graph to be looked at: the bytes of a GraphDef, with variables under their names and with shapes, but
 * without large constants. Undefined where steps run op by op. Takes as long as recording the step does.
 *
 * @param variables every one that the step reads, by name
 */
export function stepGraph(
  name: string,
  step: Step,
  variables: ReadonlyMap<string, tf.Variable>,
): Uint8Array | undefined {
  if (!canRunGraphs()) return undefined;
  const names = new Map([...variables].map(([key, variable]) => [variable, nodeName(key)]));
  const recording = recordStep(name, step, {
    variables: [...variables.values()],
    readAs: (variable) => `${names.get(variable) ?? ""}:0`,
  });
  const read = new Set(recording.nodes.flatMap(({ input }) => input));
  const variableNodes = [...names]
    .filter(([, node]) => read.has(`${node}:0`))
    .map(([v, node]) => variableNode(v, node));
  const outputs = [...recording.outputs].map(([key, { source, dtype }]) => {
    const attr = { T: { type: DATA_TYPE[dtype] } };
    return { name: `${name}/output/${nodeName(key)}`, op: "Identity", input: [source], attr };
  });
  const nodes = recording.nodes.map((node) => withShapes(withoutContent(node), recording.results));
  return encodeGraph([...variableNodes, ...nodes, ...outputs]);
}

function variableNode(variable: tf.Variable, name: string): GraphNode {
  const attr = {
    dtype: { type: DATA_TYPE[variable.dtype as DataType] },
    shape: { shape: shapeOf(variable.shape) },
    _output_shapes: { list: { shape: [shapeOf(variable.shape)] } },
  };
  return { name, op: "VariableV2", input: [], attr };
}

function withoutContent(node: GraphNode): GraphNode {
  const { value } = node.attr;
  if (!value || !("tensor" in value) || value.tensor.tensorContent.length <= MOST_CONTENT) return node;
  const tensor = { ...value.tensor, tensorContent: new Uint8Array(0) };
  return { ...node, attr: { ...node.attr, value: { tensor } } };
}

/** With the shapes of its outputs, which TensorBoard writes on edges. */
function withShapes(node: GraphNode, results: ReadonlyMap<string, GraphValue>): GraphNode {
  const shape: TensorShape[] = [];
  let result: GraphValue | undefined;
  while ((result = results.get(`${node.name}:${shape.length}`))) shape.push(shapeOf(result.shape));
  return { ...node, attr: { ...node.attr, _output_shapes: { list: { shape } } } };
}
