import protobuf from "protobufjs";

/** TensorFlow's numbers of the data types that occur in recorded graphs (types.proto). */
export const DATA_TYPE = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, bfloat16: 14 } as const;

export type DataType = keyof typeof DATA_TYPE;

/** A value of an attribute, as protobufjs takes an AttrValue message. */
export type Attribute =
  | { s: Uint8Array }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: TensorShape }
  | { tensor: { dtype: number; tensorShape: TensorShape; tensorContent: Uint8Array } }
  | { list: Record<string, readonly unknown[]> };

export interface TensorShape {
  dim: { size: number }[];
}

/** One operation of a graph (node_def.proto): inputs are `name:output`, or `^name` for "after that one". */
export interface GraphNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, Attribute>;
}

/** Letters, digits, "_", ".", "/" and "-" alone, as TensorFlow wants it. */
export function nodeName(name: string): string {
  return name.replaceAll(/[^\w./-]/g, "_").replace(/^[^A-Za-z0-9.]/, ".");
}

export function shapeOf(shape: readonly number[]): TensorShape {
  return { dim: shape.map((size) => ({ size })) };
}

export function shapeNumbers({ dim }: TensorShape): number[] {
  return dim.map(({ size }) => size);
}

/** @throws for a type that no recorded graph has */
export function typeName(number: number): DataType {
  const known = (Object.keys(DATA_TYPE) as DataType[]).find((name) => DATA_TYPE[name] === number);
  if (known === undefined) throw new Error(`a recorded step knows no tensors of TensorFlow's type ${number}`);
  return known;
}

/** A node that holds a value; `content` is the tensor's memory, row-major and little-endian. */
export function constantNode(name: string, dtype: number, shape: readonly number[], content: Uint8Array): GraphNode {
  const tensor = { dtype, tensorShape: shapeOf(shape), tensorContent: content };
  return { name, op: "Const", input: [], attr: { dtype: { type: dtype }, value: { tensor } } };
}

/** A node that is given its value at each run. */
export function placeholderNode(name: string, dtype: number, shape: readonly number[]): GraphNode {
  return { name, op: "Placeholder", input: [], attr: { dtype: { type: dtype }, shape: { shape: shapeOf(shape) } } };
}

/** The bytes of a SavedModel file (saved_model.proto) that holds the graph under the tag `serve`. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Uint8Array {
  const graphDef = { node: nodes, versions: { producer: 1700 } };
  const metaInfoDef = { tags: ["serve"], tensorflowVersion: "2.21.0" };
  const message = SavedModel.fromObject({ savedModelSchemaVersion: 1, metaGraphs: [{ metaInfoDef, graphDef }] });
  return SavedModel.encode(message).finish();
}

/** The bytes of a GraphDef (graph.proto). */
export function encodeGraph(nodes: readonly GraphNode[]): Uint8Array {
  return GraphDef.encode(GraphDef.fromObject({ node: nodes, versions: { producer: 1700 } })).finish();
}

/** Field numbers of the messages that a graph needs, from TensorFlow's public .proto files. */
const messages = protobuf.Root.fromJSON({
  nested: {
    Dim: { fields: { size: { type: "int64", id: 1 } } },
    TensorShape: { fields: { dim: { rule: "repeated", type: "Dim", id: 2 } } },
    Tensor: {
      fields: {
        dtype: { type: "int32", id: 1 },
        tensorShape: { type: "TensorShape", id: 2 },
        tensorContent: { type: "bytes", id: 4 },
      },
    },
    AttrList: {
      fields: {
        s: { rule: "repeated", type: "bytes", id: 2 },
        i: { rule: "repeated", type: "int64", id: 3 },
        f: { rule: "repeated", type: "float", id: 4 },
        b: { rule: "repeated", type: "bool", id: 5 },
        type: { rule: "repeated", type: "int32", id: 6 },
        shape: { rule: "repeated", type: "TensorShape", id: 7 },
      },
    },
    AttrValue: {
      oneofs: { value: { oneof: ["s", "i", "f", "b", "type", "shape", "tensor", "list"] } },
      fields: {
        list: { type: "AttrList", id: 1 },
        s: { type: "bytes", id: 2 },
        i: { type: "int64", id: 3 },
        f: { type: "float", id: 4 },
        b: { type: "bool", id: 5 },
        type: { type: "int32", id: 6 },
        shape: { type: "TensorShape", id: 7 },
        tensor: { type: "Tensor", id: 8 },
      },
    },
    NodeDef: {
      fields: {
        name: { type: "string", id: 1 },
        op: { type: "string", id: 2 },
        input: { rule: "repeated", type: "string", id: 3 },
        attr: { keyType: "string", type: "AttrValue", id: 5 },
      },
    },
    VersionDef: { fields: { producer: { type: "int32", id: 1 } } },
    GraphDef: {
      fields: { node: { rule: "repeated", type: "NodeDef", id: 1 }, versions: { type: "VersionDef", id: 4 } },
    },
    MetaInfoDef: {
      fields: {
        tags: { rule: "repeated", type: "string", id: 4 },
        tensorflowVersion: { type: "string", id: 5 },
      },
    },
    MetaGraphDef: {
      fields: { metaInfoDef: { type: "MetaInfoDef", id: 1 }, graphDef: { type: "GraphDef", id: 2 } },
    },
    SavedModel: {
      fields: {
        savedModelSchemaVersion: { type: "int64", id: 1 },
        metaGraphs: { rule: "repeated", type: "MetaGraphDef", id: 2 },
      },
    },
  },
} as protobuf.INamespace);
const [SavedModel, GraphDef] = [messages.lookupType("SavedModel"), messages.lookupType("GraphDef")];
