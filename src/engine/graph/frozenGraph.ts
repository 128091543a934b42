import type * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../../base/errors.ts";
import { dropReshapes } from "./dropReshapes.ts";
import { foldConstants } from "./foldConstants.ts";
import { foldNormalization } from "./foldNormalization.ts";
import { type GraphNode, nodeName, shapeNumbers, typeName } from "./graphDef.ts";
import { recordStep } from "./recorder.ts";
import type { GraphValue, RecordedLoop } from "./recording.ts";
import { canRunGraphs } from "./session.ts";
import { frozenNode } from "./sessionNodes.ts";
import { makerOf } from "./sources.ts";
import type { Step } from "./step.ts";
import type { Target } from "./target.ts";

/** A step as a graph that needs nothing else: its variables are constants. Files for other runtimes are made of it. */
export interface FrozenGraph {
  /** What a node takes comes before it, but for loops of TensorFlow's, whose nodes go round. */
  nodes: GraphNode[];
  /** By the step's own names. */
  inputs: Map<string, GraphValue>;
  outputs: Map<string, GraphValue>;
  loops: readonly RecordedLoop[];
  /** Every value, by its source. */
  values: ReadonlyMap<string, GraphValue>;
}

/** How the names of its own nodes begin. */
export const STEP = "step";

/**
 * Records a step, with the values that its variables have now as constants. What does not depend on its inputs is computed,
 * normalisation of fixed statistics becomes part of the convolution before it, and nodes that no output needs are left
 * out.
 *
 * @param variables every one that the step reads, by the names that their constants get
 * @param target which ops the graph may have
 * @throws AnchorkitError if the engine is not native TensorFlow
 */
export async function freezeStep(
  step: Step,
  variables: ReadonlyMap<string, tf.Variable>,
  target: Target,
): Promise<FrozenGraph> {
  if (!canRunGraphs()) {
    throw new AnchorkitError(
      "a model is exported by native TensorFlow, and the engine here is another; detect doctor says what to do",
    );
  }
  const names = new Map([...variables].map(([name, variable]) => [variable, nodeName(name)]));
  const readAs = (variable: tf.Variable): string => `${names.get(variable) ?? ""}:0`;
  const recording = recordStep(STEP, step, { variables: [...names.keys()], readAs, target });
  const { nodes, inputs, outputs, loops, results } = recording;
  const constants = [...names].map(([variable, name]) => frozenNode(name, variable));
  const sources = new Set([...outputs.values()].map(({ source }) => source));
  const computed = await foldConstants([...constants, ...nodes], results);
  const lean = dropReshapes(computed, results, sources);
  const folded = needed(foldNormalization(lean, sources), sources);
  return { nodes: folded, inputs, outputs, loops, values: new Map([...results, ...folded.flatMap(constantValue)]) };
}

/** The nodes that some sources are computed of, in their order; what the step is fed stays. */
function needed(nodes: readonly GraphNode[], sources: ReadonlySet<string>): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const found = new Set(nodes.filter(({ op }) => op === "Placeholder"));
  const waiting = [...sources];
  for (let source = waiting.pop(); source !== undefined; source = waiting.pop()) {
    const node = byName.get(makerOf(source));
    if (!node || found.has(node)) continue;
    found.add(node);
    waiting.push(...node.input);
  }
  return nodes.filter((node) => found.has(node));
}

/** What a constant node gives. */
function constantValue({ name, attr: { value } }: GraphNode): [string, GraphValue][] {
  if (!value || !("tensor" in value)) return [];
  const { dtype, tensorShape } = value.tensor;
  const source = `${name}:0`;
  return [[source, { source, shape: shapeNumbers(tensorShape), dtype: typeName(dtype) }]];
}
