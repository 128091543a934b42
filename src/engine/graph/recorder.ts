import * as tf from "@tensorflow/tfjs";
import { constantNode, DATA_TYPE, placeholderNode, shapeOf, type Attribute, type GraphNode } from "./graphDef.ts";
import type { Step } from "./step.ts";

/** One run of a step, written down as a graph whose nodes all begin with `prefix`. */
export interface Recording {
  nodes: GraphNode[];
  /** Output name -> where its value comes from (`node:0`). */
  outputs: Map<string, { source: string; dtype: "float32" | "int32" | "bool" }>;
  /** Variable -> where its new value comes from. */
  updates: Map<tf.Variable, string>;
}

/** What the recorder needs of tfjs-node's backend: every op passes through these methods. */
export interface RecordableBackend {
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: tf.Tensor[], count: number): tf.Tensor[];
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId;
  readSync(dataId: tf.DataId): tf.backend_util.BackendValues;
  read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues>;
  binding: Record<string, unknown>;
}

interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/**
 * Runs the step twice on zeros and writes down the ops it executes, in their order, with their attributes.
 * A tensor is known by its dataId. Values that JavaScript makes inside the step become constants; that they come out
 * the same both times is checked, for a random number drawn in JavaScript would be frozen in the graph.
 *
 * @param variables read in the graph as `variableRead(variable)`, under whatever name that gives
 * @throws if the step reads values back, uses a tensor from outside that is no input and no variable, or differs
 *   between the two runs
 */
export function recordStep(
  name: string,
  step: Step,
  variableRead: (variable: tf.Variable) => string,
  variables: readonly tf.Variable[],
): Recording {
  const first = recordOnce(name, step, variableRead, variables);
  assertSameRecording(name, first, recordOnce(name, step, variableRead, variables));
  return first;
}

function recordOnce(
  name: string,
  step: Step,
  variableRead: (variable: tf.Variable) => string,
  variables: readonly tf.Variable[],
): Recording {
  const backend = tf.backend() as unknown as RecordableBackend;
  const nodes: GraphNode[] = [];
  const sources = new Map<tf.DataId, string>(); // keys held on purpose: an id that was freed must not come back
  const constants = new Map<
    tf.DataId,
    { values: tf.backend_util.BackendValues; shape: number[]; dtype: tf.DataType }
  >();
  const inputs = Object.entries(step.inputs).map(([key, spec]) => [key, tf.zeros(spec.shape, spec.dtype)] as const);
  for (const [key, tensor] of inputs) {
    nodes.push(placeholderNode(`${name}/${key}`, DATA_TYPE[dtypeOf(tensor)], tensor.shape));
    sources.set(tensor.dataId, `${name}/${key}:0`);
  }
  const values = variables.map((variable) => variable.dataId);
  for (const variable of variables) {
    if (sources.has(variable.dataId)) throw new Error(`step ${name}: ${variable.name} shares its memory with another`);
    sources.set(variable.dataId, variableRead(step.reading?.get(variable) ?? variable));
  }

  const sourceOf = (tensor: tf.TensorInfo): string => {
    const known = sources.get(tensor.dataId);
    if (known !== undefined) return known;
    const constant = constants.get(tensor.dataId);
    if (!constant) {
      throw new Error(
        `step ${name}: a tensor of shape [${tensor.shape.join(", ")}] comes from outside the step; ` +
          "make it an input, or name it among the program's variables",
      );
    }
    const node = `${name}/constant_${nodes.length}`;
    nodes.push(constantNode(node, DATA_TYPE[dtypeOf(constant)], constant.shape, bytesOf(constant)));
    sources.set(tensor.dataId, `${node}:0`);
    return `${node}:0`;
  };
  const note = (op: string, attributes: OpAttribute[], from: tf.Tensor[], to: tf.Tensor[]): void => {
    const input = from.map(sourceOf);
    const node = `${name}/${op}_${nodes.length}`;
    const attr = Object.fromEntries(attributes.map((a) => [a.name, attributeValue(a, backend.binding)]));
    // The one op that tfjs-node runs without its type attribute: eager TensorFlow infers it, a graph must state it.
    if (op === "ExpandDims" && from[0]) attr.T = { type: DATA_TYPE[dtypeOf(from[0])] };
    nodes.push({ name: node, op, input, attr });
    to.forEach((tensor, i) => sources.set(tensor.dataId, `${node}:${i}`));
  };

  const restore = patch(backend, {
    executeSingleOutput(original, op, attributes, from) {
      const tensor = original(op, attributes, from);
      note(op, attributes, from, [tensor]);
      return tensor;
    },
    executeMultipleOutputs(original, op, attributes, from, count) {
      const tensors = original(op, attributes, from, count);
      note(op, attributes, from, tensors);
      return tensors;
    },
    write(original, values, shape, dtype) {
      const dataId = original(values, shape, dtype);
      constants.set(dataId, { values, shape: [...shape], dtype });
      return dataId;
    },
    readSync() {
      throw new Error(`step ${name}: values are read back inside the step; return them as outputs instead`);
    },
    read() {
      throw new Error(`step ${name}: values are read back inside the step; return them as outputs instead`);
    },
  });
  try {
    const recording: Recording = { nodes, outputs: new Map(), updates: new Map() };
    tf.tidy(() => {
      const { outputs, updates } = step.run(Object.fromEntries(inputs));
      for (const [key, tensor] of Object.entries(outputs)) {
        recording.outputs.set(key, { source: sourceOf(tensor), dtype: dtypeOf(tensor) });
      }
      for (const [variable, tensor] of updates ?? []) {
        if (!variables.includes(variable)) {
          throw new Error(`step ${name}: updates ${variable.name}, which is not among the program's variables`);
        }
        recording.updates.set(variable, sourceOf(tensor));
      }
      tf.dispose([outputs, [...(updates?.values() ?? [])]]); // also what was kept in spite of the tidy
    });
    const assigned = variables.find((variable, i) => variable.dataId !== values[i]);
    if (assigned) throw new Error(`step ${name}: assigns ${assigned.name}; return its new value as an update instead`);
    return recording;
  } finally {
    restore();
    tf.dispose(inputs.map(([, tensor]) => tensor));
  }
}

/** Replaces methods on the object; each replacement is handed the original. Returns what puts them back. */
function patch(
  backend: RecordableBackend,
  replacements: {
    [K in "executeSingleOutput" | "executeMultipleOutputs" | "write" | "readSync" | "read"]: (
      original: RecordableBackend[K],
      ...rest: Parameters<RecordableBackend[K]>
    ) => ReturnType<RecordableBackend[K]>;
  },
): () => void {
  const names = Object.keys(replacements) as (keyof typeof replacements)[];
  const object = backend as unknown as Record<string, (...rest: unknown[]) => unknown>;
  for (const name of names) {
    const original = object[name]?.bind(backend);
    const replacement = replacements[name] as (...rest: unknown[]) => unknown;
    object[name] = (...rest: unknown[]) => replacement(original, ...rest);
  }
  return () => {
    for (const name of names) Reflect.deleteProperty(object, name); // the prototype's method shows again
  };
}

function dtypeOf(tensor: { dtype: tf.DataType }): "float32" | "int32" | "bool" {
  const { dtype } = tensor;
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  throw new Error(`a recorded step knows float32, int32 and bool tensors, got ${dtype}`);
}

function bytesOf({ values, dtype }: { values: tf.backend_util.BackendValues; dtype: tf.DataType }): Uint8Array {
  const typed =
    dtype === "float32"
      ? Float32Array.from(values as ArrayLike<number>)
      : dtype === "int32"
        ? Int32Array.from(values as ArrayLike<number>)
        : Uint8Array.from(values as ArrayLike<number>);
  return new Uint8Array(typed.buffer);
}

/** tfjs-node's attribute, of which `type` is one of the binding's TF_ATTR_ numbers, as TensorFlow's AttrValue. */
function attributeValue({ name, type, value }: OpAttribute, binding: Record<string, unknown>): Attribute {
  const list = Array.isArray(value);
  const values = list ? (value as unknown[]) : [value];
  const kinds: [string, string, (v: unknown) => unknown][] = [
    ["TF_ATTR_STRING", "s", (v) => new TextEncoder().encode(v as string)],
    ["TF_ATTR_INT", "i", (v) => v],
    ["TF_ATTR_FLOAT", "f", (v) => v],
    ["TF_ATTR_BOOL", "b", (v) => v],
    ["TF_ATTR_TYPE", "type", (v) => v],
  ];
  if (type === binding.TF_ATTR_SHAPE) return { shape: shapeOf(value as number[]) };
  const kind = kinds.find(([constant]) => binding[constant] === type);
  if (!kind) throw new Error(`attribute ${name} has a type (${type}) that the recorder does not know`);
  const [, key, convert] = kind;
  return (list ? { list: { [key]: values.map(convert) } } : { [key]: convert(value) }) as Attribute;
}

function assertSameRecording(name: string, a: Recording, b: Recording): void {
  const differing = a.nodes.findIndex((node, i) => !sameNode(node, b.nodes[i]));
  if (differing === -1 && a.nodes.length === b.nodes.length) return;
  const node = a.nodes[differing];
  const users = a.nodes.filter((n) => n.input.includes(`${node?.name}:0`)).map((n) => n.op);
  throw new Error(
    node?.op === "Const"
      ? `step ${name}: a value made in JavaScript differs from one run to the next and would be frozen in the graph ` +
          `(it goes into ${users.join(", ")}); feed it as an input`
      : `step ${name}: runs other operations the second time (at ${node?.name ?? "its end"}); a step must be pure`,
  );
}

function sameNode(a: GraphNode, b: GraphNode | undefined): boolean {
  if (!b || a.op !== b.op || a.name !== b.name || a.input.join() !== b.input.join()) return false;
  const [x, y] = [a.attr.value, b.attr.value];
  if (!x || !y || !("tensor" in x) || !("tensor" in y)) return true;
  return Buffer.compare(x.tensor.tensorContent, y.tensor.tensorContent) === 0;
}
