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
  | { tensor: { dtype: number; tensorShape: TensorShape; tensorContent: Uint8Array; stringVal?: Uint8Array[] } }
  | { func: { name: string } }
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

/** A function that nodes of a graph call (function.proto): what its own nodes take are `node:output name:index`. */
export interface FunctionDef {
  signature: { name: string; inputArg: FunctionArgument[]; outputArg: FunctionArgument[] };
  nodeDef: GraphNode[];
  /** Where each output comes from, by its name. */
  ret: Record<string, string>;
}

export interface FunctionArgument {
  name: string;
  type: number;
}

/** What can be asked of a SavedModel (meta_graph.proto): nodes that are fed and fetched, by the names that callers use. */
export interface SignatureDef {
  inputs: Record<string, TensorInfo>;
  outputs: Record<string, TensorInfo>;
  methodName: string;
}

export interface TensorInfo {
  /** `node:output`. */
  name: string;
  dtype: number;
  /** -1 for what is not known before. */
  tensorShape: TensorShape;
}

export interface SavedModelParts {
  nodes: readonly GraphNode[];
  functions?: readonly FunctionDef[];
  signatures?: Readonly<Record<string, SignatureDef>>;
}

/** The bytes of a SavedModel file (saved_model.proto) that holds the graph under the tag `serve`. */
export function encodeSavedModel({ nodes, functions = [], signatures = {} }: SavedModelParts): Uint8Array {
  const graphDef = { node: nodes, library: { function: functions }, versions: { producer: 1700 } };
  const metaInfoDef = { tags: ["serve"], tensorflowVersion: "2.21.0" };
  const metaGraph = { metaInfoDef, graphDef, signatureDef: signatures };
  return SavedModel.encode(SavedModel.fromObject({ savedModelSchemaVersion: 1, metaGraphs: [metaGraph] })).finish();
}

/** What can be asked of a SavedModel, from the bytes of its file. @throws if they are none */
export function decodeSignatures(bytes: Uint8Array): Record<string, SignatureDef> {
  const options = { longs: Number, defaults: true };
  const { metaGraphs } = SavedModel.toObject(SavedModel.decode(bytes), options) as {
    metaGraphs?: { signatureDef: Record<string, SignatureDef> }[];
  };
  return metaGraphs?.[0]?.signatureDef ?? {};
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
        stringVal: { rule: "repeated", type: "bytes", id: 8 },
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
        func: { rule: "repeated", type: "NameAttrList", id: 9 },
      },
    },
    NameAttrList: { fields: { name: { type: "string", id: 1 } } },
    AttrValue: {
      oneofs: { value: { oneof: ["s", "i", "f", "b", "type", "shape", "tensor", "func", "list"] } },
      fields: {
        list: { type: "AttrList", id: 1 },
        s: { type: "bytes", id: 2 },
        i: { type: "int64", id: 3 },
        f: { type: "float", id: 4 },
        b: { type: "bool", id: 5 },
        type: { type: "int32", id: 6 },
        shape: { type: "TensorShape", id: 7 },
        tensor: { type: "Tensor", id: 8 },
        func: { type: "NameAttrList", id: 10 },
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
    ArgDef: { fields: { name: { type: "string", id: 1 }, type: { type: "int32", id: 3 } } },
    OpDef: {
      fields: {
        name: { type: "string", id: 1 },
        inputArg: { rule: "repeated", type: "ArgDef", id: 2 },
        outputArg: { rule: "repeated", type: "ArgDef", id: 3 },
      },
    },
    FunctionDef: {
      fields: {
        signature: { type: "OpDef", id: 1 },
        nodeDef: { rule: "repeated", type: "NodeDef", id: 3 },
        ret: { keyType: "string", type: "string", id: 4 },
      },
    },
    FunctionLibrary: { fields: { function: { rule: "repeated", type: "FunctionDef", id: 1 } } },
    GraphDef: {
      fields: {
        node: { rule: "repeated", type: "NodeDef", id: 1 },
        library: { type: "FunctionLibrary", id: 2 },
        versions: { type: "VersionDef", id: 4 },
      },
    },
    TensorInfo: {
      fields: {
        name: { type: "string", id: 1 },
        dtype: { type: "int32", id: 2 },
        tensorShape: { type: "TensorShape", id: 3 },
      },
    },
    SignatureDef: {
      fields: {
        inputs: { keyType: "string", type: "TensorInfo", id: 1 },
        outputs: { keyType: "string", type: "TensorInfo", id: 2 },
        methodName: { type: "string", id: 3 },
      },
    },
    MetaInfoDef: {
      fields: {
        tags: { rule: "repeated", type: "string", id: 4 },
        tensorflowVersion: { type: "string", id: 5 },
      },
    },
    MetaGraphDef: {
      fields: {
        metaInfoDef: { type: "MetaInfoDef", id: 1 },
        graphDef: { type: "GraphDef", id: 2 },
        signatureDef: { keyType: "string", type: "SignatureDef", id: 5 },
      },
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
