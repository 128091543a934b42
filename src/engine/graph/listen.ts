import * as tf from "@tensorflow/tfjs";
import { shapeOf, type Attribute, type DataType, typeName } from "./graphDef.ts";

/** An attribute as tfjs-node hands it to TensorFlow; `type` is one of the binding's TF_ATTR_ numbers. */
interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** What listening needs of tfjs-node's backend: every op passes through these methods. */
interface ListenableBackend {
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: tf.Tensor[], count: number): tf.Tensor[];
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId;
  readSync(dataId: tf.DataId): tf.backend_util.BackendValues;
  read(dataId: tf.DataId): Promise<tf.backend_util.BackendValues>;
  binding: Record<string, unknown>;
  /** What TensorFlow says of the tensors it made; `dtype` is its number of the type. */
  tensorMap: { get(dataId: tf.DataId): { shape: number[]; dtype: number } | undefined };
}

/** Told of what the native backend does. */
export interface Listener {
  /** An op ran. */
  ran(op: string, attributes: Record<string, Attribute>, inputs: tf.Tensor[], outputs: tf.Tensor[]): void;
  /** JavaScript made a tensor of values. */
  wrote(dataId: tf.DataId, values: tf.backend_util.BackendValues, dtype: tf.DataType): void;
  /** JavaScript wants the values of a tensor: the listener throws. */
  reads(): never;
}

/** Tells the listener of all that the present backend, native TensorFlow, does meanwhile. Returns what ends it. */
export function listen(listener: Listener): () => void {
  const backend = presentBackend();
  const attributesOf = (list: OpAttribute[]): Record<string, Attribute> =>
    Object.fromEntries(list.map((attribute) => [attribute.name, attributeValue(attribute, backend.binding)]));
  const execute = backend.executeSingleOutput.bind(backend);
  const executeMultiple = backend.executeMultipleOutputs.bind(backend);
  const write = backend.write.bind(backend);
  const replacements: Omit<ListenableBackend, "binding" | "tensorMap"> = {
    executeSingleOutput(op, attributes, inputs) {
      const output = execute(op, attributes, inputs);
      listener.ran(op, attributesOf(attributes), inputs, [output]);
      return output;
    },
    executeMultipleOutputs(op, attributes, inputs, count) {
      const outputs = executeMultiple(op, attributes, inputs, count);
      listener.ran(op, attributesOf(attributes), inputs, outputs);
      return outputs;
    },
    write(values, shape, dtype) {
      const dataId = write(values, shape, dtype);
      listener.wrote(dataId, values, dtype);
      return dataId;
    },
    readSync: () => listener.reads(),
    read: () => listener.reads(),
  };
  Object.assign(backend, replacements);
  return () => {
    for (const name of Object.keys(replacements)) Reflect.deleteProperty(backend, name); // the prototype's show again
  };
}

/** The type that TensorFlow gives a tensor, as far as a graph may hold it. */
export function graphType(tensor: { dataId: tf.DataId; dtype: tf.DataType }): DataType {
  return typeName(presentBackend().tensorMap.get(tensor.dataId)?.dtype ?? NaN);
}

function presentBackend(): ListenableBackend {
  return tf.backend() as unknown as ListenableBackend;
}

/** tfjs-node's attribute as TensorFlow's AttrValue. */
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
