import type * as tf from "@tensorflow/tfjs";
import { computeInBfloat16 } from "./bfloat16.ts";
import { foldNormalization } from "./foldNormalization.ts";
import { constantNode, DATA_TYPE, placeholderNode, shapeOf, type DataType, type GraphNode } from "./graphDef.ts";
import { newValueNode, type Recording } from "./recording.ts";

// A session's graph: variable i is the resource `variable_i`. A step s reads it as `s/read_i`, assigns `s/assign_i`, and
// gives `s/output/key`; ops in place take `variable_i` itself. `pull/i` reads it for JavaScript, and `push/done` assigns
// to each what `push/value_i` is fed.

/** The graph's name of a variable's value in a step. */
export function variableRead(step: string, i: number): string {
  return `${step}/read_${i}:0`;
}

export interface StepNodesOptions {
  variables: readonly tf.Variable[];
  /** Variables are constants. */
  frozen: boolean;
  bfloat16: boolean;
}

/** A recorded step between the variables it reads, those it assigns, and its outputs, which wait for the assignments. */
export function stepNodes(
  name: string,
  recording: Recording,
  { variables, frozen, bfloat16 }: StepNodesOptions,
): GraphNode[] {
  const read = frozen ? (read: string, _: number, v: tf.Variable) => frozenNode(read, v) : readNode;
  const written = new Map<tf.Variable, { op: string; reader: string }>(); // in place
  const recorded = recording.nodes.flatMap((node) => {
    const own = recording.inPlace.get(node.name);
    if (!own) return [node];
    own.forEach((variable, k) => written.set(variable, { op: node.name, reader: newValueNode(node.name, k) }));
    return inPlaceNodes(name, node, own, variables);
  });
  const all = [...variables.map((v, i) => read(`${name}/read_${i}`, i, v)), ...recorded];
  const outputs = [...recording.outputs.values()].map(({ source }) => source);
  const folded = frozen ? foldNormalization(all, new Set(outputs)) : all;
  const nodes = bfloat16 ? computeInBfloat16(folded) : folded;
  const updated: string[] = [];
  for (const [variable, { source }] of recording.updates) {
    const i = variables.indexOf(variable);
    const inPlace = written.get(variable);
    if (inPlace) updated.push(`^${inPlace.op}`);
    if (inPlace && source === `${inPlace.reader}:0`) continue;
    // After the op in place, and after what reads the value that it wrote.
    const after = [`^${name}/read_${i}`, ...(inPlace ? [`^${inPlace.reader}`] : [])];
    nodes.push(assignNode(`${name}/assign_${i}`, `variable_${i}`, source, variable, after));
    updated.push(`^${name}/assign_${i}`);
  }
  nodes.push({ name: `${name}/updated`, op: "NoOp", input: [...new Set(updated)], attr: {} });
  for (const [key, { source, dtype }] of recording.outputs) {
    const input = [source, `^${name}/updated`];
    nodes.push({ name: `${name}/output/${key}`, op: "Identity", input, attr: { T: { type: DATA_TYPE[dtype] } } });
  }
  return nodes;
}

/** The variables, and what pulls and pushes their values. */
export function variableNodes(variables: readonly tf.Variable[]): GraphNode[] {
  const nodes = variables.flatMap((variable, i) => [
    resourceNode(variable, i),
    readNode(`pull/${i}`, i, variable),
    placeholderNode(`push/value_${i}`, dtypeNumber(variable), variable.shape),
    assignNode(`push/assign_${i}`, `variable_${i}`, `push/value_${i}:0`, variable),
  ]);
  const done = constantNode("push/done", DATA_TYPE.float32, [], new Uint8Array(Float32Array.of(1).buffer));
  return [...nodes, { ...done, input: variables.map((_, i) => `^push/assign_${i}`) }];
}

/**
 * An op that writes over variables, on their handles: after the reads of its step, so that these see the old values (what
 * still holds one when the op runs keeps it, as TensorFlow then copies), and before those of the new values.
 */
function inPlaceNodes(
  step: string,
  node: GraphNode,
  own: readonly tf.Variable[],
  variables: readonly tf.Variable[],
): GraphNode[] {
  const indices = own.map((variable) => variables.indexOf(variable));
  const reads = indices.map((i) => `^${step}/read_${i}`);
  const starts = own.flatMap((variable, k) => {
    const [i, source = ""] = [indices[k] ?? -1, node.input[k]];
    if (source === variableRead(step, i)) return [];
    return [assignNode(`${node.name}/start_${k}`, `variable_${i}`, source, variable, [`^${step}/read_${i}`])];
  });
  const before = [...reads, ...starts.map(({ name }) => `^${name}`)];
  const handles = indices.map((i) => `variable_${i}`);
  const written = own.map((variable, k) => {
    const read = readNode(newValueNode(node.name, k), indices[k] ?? -1, variable);
    return { ...read, input: [...read.input, `^${node.name}`] };
  });
  return [...starts, { ...node, input: [...handles, ...node.input.slice(own.length), ...before] }, ...written];
}

function resourceNode(variable: tf.Variable, i: number): GraphNode {
  const attr = {
    dtype: { type: dtypeNumber(variable) },
    shape: { shape: shapeOf(variable.shape) },
    shared_name: { s: new TextEncoder().encode(`variable_${i}`) },
  };
  return { name: `variable_${i}`, op: "VarHandleOp", input: [], attr };
}

function readNode(name: string, i: number, variable: tf.Variable): GraphNode {
  return { name, op: "ReadVariableOp", input: [`variable_${i}`], attr: { dtype: { type: dtypeNumber(variable) } } };
}

/** A variable's present value as a constant. */
export function frozenNode(name: string, variable: tf.Variable): GraphNode {
  const { buffer, byteOffset, byteLength } = variable.dataSync();
  return constantNode(name, dtypeNumber(variable), variable.shape, new Uint8Array(buffer, byteOffset, byteLength));
}

/** Assignment waits for the reads of its step, so that a step sees the old value everywhere. */
function assignNode(
  name: string,
  handle: string,
  source: string,
  variable: tf.Variable,
  after: string[] = [],
): GraphNode {
  const attr = { dtype: { type: dtypeNumber(variable) } };
  return { name, op: "AssignVariableOp", input: [handle, source, ...after], attr };
}

function dtypeNumber(variable: tf.Variable): number {
  return DATA_TYPE[variable.dtype as DataType];
}
