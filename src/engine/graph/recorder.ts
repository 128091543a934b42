import * as tf from "@tensorflow/tfjs";
import { constantNode, DATA_TYPE, placeholderNode, type Attribute, type DataType, type GraphNode } from "./graphDef.ts";
import { type InPlaceOp, recordingInPlace } from "./inPlace.ts";
import { graphType, listen } from "./listen.ts";
import { type Loop, type LoopResult, recordingLoops, runEach } from "./loop.ts";
import { enter, type Frame, recordLoop } from "./recordLoop.ts";
import { assertSameRecording, type GraphValue, newValueNode, type Recording } from "./recording.ts";
import { fedType, type Step } from "./step.ts";
import { withTarget, type Target } from "./target.ts";

export interface RecordOptions {
  /** Every variable that the step reads or updates. */
  variables: readonly tf.Variable[];
  /** What a variable is read as in the graph (`node:output`). */
  readAs: (variable: tf.Variable) => string;
  /** Which ops the graph may have; default `native`. */
  target?: Target | undefined;
}

/**
 * Runs the step twice on zeros and writes down the ops it executes, in their order, with their attributes.
 * A tensor is known by its dataId. Values that JavaScript makes inside the step become constants; that they come out
 * the same both times is checked, for a random number drawn in JavaScript would be frozen in the graph.
 *
 * @throws if the step reads values back, uses a tensor from outside that is no input and no variable, or differs
 *   between the two runs
 */
export function recordStep(name: string, step: Step, options: RecordOptions): Recording {
  const first = recordOnce(name, step, options);
  assertSameRecording(name, first, recordOnce(name, step, options));
  return first;
}

function recordOnce(name: string, step: Step, { variables, readAs, target = "native" }: RecordOptions): Recording {
  const nodes: GraphNode[] = [];
  const known = new Map<tf.DataId, GraphValue>(); // keys held on purpose: an id that was freed must not come back
  const constants = new Map<tf.DataId, Constant>();
  const recording: Recording = {
    ...{ nodes, inputs: new Map(), outputs: new Map() },
    ...{ updates: new Map(), inPlace: new Map(), loops: [], results: new Map() },
  };
  const remember = (tensor: tf.TensorInfo, source: string, dtype: DataType): GraphValue => {
    const value: GraphValue = { source, shape: [...tensor.shape], dtype };
    known.set(tensor.dataId, value);
    recording.results.set(source, value);
    return value;
  };

  const inputs = Object.entries(step.inputs).map(([key, spec]) => [key, tf.zeros(spec.shape, fedType(spec))] as const);
  for (const [key, tensor] of inputs) {
    const { dtype, shape } = step.inputs[key] as Step["inputs"][string];
    nodes.push(placeholderNode(`${name}/${key}`, DATA_TYPE[dtype], shape));
    recording.inputs.set(key, remember(tensor, `${name}/${key}:0`, dtype));
  }
  const ids = variables.map((variable) => variable.dataId);
  for (const variable of variables) {
    if (known.has(variable.dataId)) throw new Error(`step ${name}: ${variable.name} shares its memory with another`);
    remember(variable, readAs(step.reading?.get(variable) ?? variable), graphType(variable));
  }

  let frame: Frame | undefined; // the loop whose body runs
  const valueOf = (tensor: tf.TensorInfo): GraphValue => {
    const found = known.get(tensor.dataId) ?? constantOf(tensor);
    return frame ? enter(frame, found, nodes) : found;
  };
  const constantOf = (tensor: tf.TensorInfo): GraphValue => {
    const constant = constants.get(tensor.dataId);
    if (!constant) {
      throw new Error(
        `step ${name}: a tensor of shape [${tensor.shape.join(", ")}] comes from outside the step; ` +
          "make it an input, or name it among the program's variables",
      );
    }
    const node = `${name}/constant_${nodes.length}`;
    const dtype = graphType(tensor);
    nodes.push(constantNode(node, DATA_TYPE[dtype], tensor.shape, bytesOf(constant)));
    return remember(tensor, `${node}:0`, dtype);
  };

  let unheard = false;
  const inPlace = (update: InPlaceOp, plain: () => tf.Tensor[]): tf.Tensor[] => {
    const { op, attributes, variables: own, inputs, then } = update;
    const taken = [...recording.inPlace.values()].flat();
    const free = (v: tf.Variable): boolean => variables.includes(v) && !taken.includes(v) && !step.reading?.has(v);
    if (![...own.keys()].every(free)) return plain();
    const given = inputs.map((input) => (typeof input === "number" ? tf.scalar(input) : input));
    const values = [...own.values(), ...given].map(valueOf);
    const node = `${name}/${op}_${nodes.length}`;
    const attr = { T: { type: DATA_TYPE.float32 }, ...attributes };
    nodes.push({ name: node, op, input: values.map(({ source }) => source), attr });
    recording.inPlace.set(node, [...own.keys()]);
    unheard = true;
    const moved = plain();
    unheard = false;
    moved.forEach((tensor, k) => remember(tensor, `${newValueNode(node, k)}:0`, "float32"));
    return then ? then(moved) : moved;
  };
  const loop = (given: Loop): LoopResult => {
    if (frame) return runEach(given);
    const within = <T>(inner: Frame, run: () => T): T => {
      frame = inner;
      try {
        return run();
      } finally {
        frame = undefined;
      }
    };
    const { result, recorded } = recordLoop(`${name}/loop_${nodes.length}`, given, {
      nodes,
      valueOf,
      remember,
      within,
    });
    recording.loops.push(recorded);
    return result;
  };
  const stopListening = listen({
    ran(op, attr, from, to) {
      if (unheard) return;
      const values = from.map(valueOf);
      for (const [key, value] of recording.inputs) {
        if (value.dtype !== "uint8" || op === "Cast" || !values.includes(value)) continue;
        throw new Error(`step ${name}: ${op} takes the bytes of input ${key}; cast them to another type first`);
      }
      const node = `${name}/${op}_${nodes.length}`;
      nodes.push({ name: node, op, input: values.map(({ source }) => source), attr: completed(op, attr, values) });
      for (const [i, tensor] of to.entries()) {
        const { source } = remember(tensor, `${node}:${i}`, graphType(tensor));
        frame?.own.add(source);
      }
    },
    wrote(dataId, values, dtype) {
      constants.set(dataId, { values, dtype });
    },
    reads() {
      throw new Error(`step ${name}: values are read back inside the step; return them as outputs instead`);
    },
  });
  try {
    tf.tidy(() => {
      const run = () =>
        recordingInPlace(inPlace, () => recordingLoops(loop, () => step.run(Object.fromEntries(inputs))));
      const { outputs, updates } = withTarget(target, run);
      for (const [key, tensor] of Object.entries(outputs)) recording.outputs.set(key, valueOf(tensor));
      for (const [variable, tensor] of updates ?? []) {
        if (!variables.includes(variable)) {
          throw new Error(`step ${name}: updates ${variable.name}, which is not among the program's variables`);
        }
        recording.updates.set(variable, valueOf(tensor));
      }
      for (const variable of [...recording.inPlace.values()].flat()) {
        if (!recording.updates.has(variable)) recording.updates.set(variable, valueOf(variable)); // stays as it was
      }
      tf.dispose([outputs, [...(updates?.values() ?? [])]]); // also what was kept in spite of the tidy
    });
    const assigned = variables.find((variable, i) => variable.dataId !== ids[i]);
    if (assigned) throw new Error(`step ${name}: assigns ${assigned.name}; return its new value as an update instead`);
    return recording;
  } finally {
    stopListening();
    tf.dispose(inputs.map(([, tensor]) => tensor));
  }
}

/** A tensor that JavaScript made of values. */
interface Constant {
  values: tf.backend_util.BackendValues;
  dtype: tf.DataType;
}

/** The op's attributes, and what a graph must know beyond tfjs-node. */
function completed(op: string, attr: Record<string, Attribute>, [first]: GraphValue[]): Record<string, Attribute> {
  if (!first) return attr;
  const type = { type: DATA_TYPE[first.dtype] };
  // The one op that tfjs-node runs without its type attribute: eager TensorFlow infers it, a graph must state it.
  if (op === "ExpandDims") return { ...attr, T: type };
  // tfjs takes bytes for int32.
  if (op === "Cast") return { ...attr, SrcT: type };
  return attr;
}

function bytesOf({ values, dtype }: Constant): Uint8Array {
  const typed =
    dtype === "float32"
      ? Float32Array.from(values as ArrayLike<number>)
      : dtype === "int32"
        ? Int32Array.from(values as ArrayLike<number>)
        : Uint8Array.from(values as ArrayLike<number>);
  return new Uint8Array(typed.buffer);
}
