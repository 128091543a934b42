import protobuf from "protobufjs";

/** ONNX's numbers of the types of tensors that are written (onnx.proto, TensorProto.DataType). */
export const ONNX_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof ONNX_TYPE;

/** A tensor of known values. */
export interface OnnxTensor {
  name: string;
  type: OnnxType;
  shape: readonly number[];
  /** Row-major, little-endian. */
  bytes: Uint8Array;
}

/** A whole number is an INT, whole numbers are INTS, a text is a STRING; a FLOAT says that it is one. */
export type OnnxAttribute = number | readonly number[] | string | { float: number } | { graph: OnnxGraph };

export interface OnnxNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** What a graph is given or gives; a side of any length has a name. Of what it gives, the shape may be left open. */
export interface OnnxValue {
  name: string;
  type: OnnxType;
  shape?: readonly (number | string)[];
}

export interface OnnxGraph {
  name: string;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  nodes: readonly OnnxNode[];
  constants: readonly OnnxTensor[];
}

export interface OnnxModel {
  graph: OnnxGraph;
  /** The version of ONNX's own set of operators. */
  opset: number;
  producer: { name: string; version: string };
  metadata: Readonly<Record<string, string>>;
}

/** Nodes together with those of the bodies of loops. */
export function withBodies(nodes: readonly OnnxNode[]): OnnxNode[] {
  return nodes.flatMap((node) => {
    const bodies = Object.values(node.attributes).flatMap((value) =>
      typeof value === "object" && "graph" in value ? withBodies(value.graph.nodes) : [],
    );
    return [node, ...bodies];
  });
}

/** The oldest version of the file's form that knows the operators of opset 18. */
const IR_VERSION = 8;

/** The bytes of an ONNX file (onnx.proto). */
export function encodeOnnx({ graph, opset, producer, metadata }: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: producer.name,
    producerVersion: producer.version,
    graph: graphMessage(graph),
    opsetImport: [{ domain: "", version: opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  };
  return Model.encode(Model.fromObject(message)).finish();
}

function graphMessage({ name, inputs, outputs, nodes, constants }: OnnxGraph): object {
  return {
    name,
    node: nodes.map(({ op, inputs, outputs, attributes }) => ({
      ...{ opType: op, input: inputs, output: outputs, name: outputs[0] },
      attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, ...attributeMessage(value) })),
    })),
    initializer: constants.map(({ name, type, shape, bytes }) => ({
      ...{ name, dims: shape, dataType: ONNX_TYPE[type], rawData: bytes },
    })),
    input: inputs.map(valueMessage),
    output: outputs.map(valueMessage),
  };
}

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, GRAPH 5, INTS 7. */
function attributeMessage(value: OnnxAttribute): object {
  if (typeof value === "number") return { type: 2, i: value };
  if (typeof value === "string") return { type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { type: 1, f: value.float };
  if ("graph" in value) return { type: 5, g: graphMessage(value.graph) };
  return { type: 7, ints: value };
}

function valueMessage({ name, type, shape }: OnnxValue): object {
  const dim = shape?.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: ONNX_TYPE[type], ...(dim && { shape: { dim } }) } } };
}

/** Field numbers of the messages that are written, from ONNX's public onnx.proto. */
const messages = protobuf.Root.fromJSON({
  nested: {
    Dimension: {
      oneofs: { value: { oneof: ["dimValue", "dimParam"] } },
      fields: { dimValue: { type: "int64", id: 1 }, dimParam: { type: "string", id: 2 } },
    },
    TensorShape: { fields: { dim: { rule: "repeated", type: "Dimension", id: 1 } } },
    TensorType: { fields: { elemType: { type: "int32", id: 1 }, shape: { type: "TensorShape", id: 2 } } },
    Type: { fields: { tensorType: { type: "TensorType", id: 1 } } },
    ValueInfo: { fields: { name: { type: "string", id: 1 }, type: { type: "Type", id: 2 } } },
    Tensor: {
      fields: {
        dims: { rule: "repeated", type: "int64", id: 1 },
        dataType: { type: "int32", id: 2 },
        name: { type: "string", id: 8 },
        rawData: { type: "bytes", id: 9 },
      },
    },
    Attribute: {
      oneofs: { value: { oneof: ["f", "i", "s", "g"] } },
      fields: {
        name: { type: "string", id: 1 },
        f: { type: "float", id: 2 },
        i: { type: "int64", id: 3 },
        s: { type: "bytes", id: 4 },
        g: { type: "Graph", id: 6 },
        ints: { rule: "repeated", type: "int64", id: 8 },
        type: { type: "int32", id: 20 },
      },
    },
    Node: {
      fields: {
        input: { rule: "repeated", type: "string", id: 1 },
        output: { rule: "repeated", type: "string", id: 2 },
        name: { type: "string", id: 3 },
        opType: { type: "string", id: 4 },
        attribute: { rule: "repeated", type: "Attribute", id: 5 },
      },
    },
    Graph: {
      fields: {
        node: { rule: "repeated", type: "Node", id: 1 },
        name: { type: "string", id: 2 },
        initializer: { rule: "repeated", type: "Tensor", id: 5 },
        input: { rule: "repeated", type: "ValueInfo", id: 11 },
        output: { rule: "repeated", type: "ValueInfo", id: 12 },
      },
    },
    OperatorSet: { fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } } },
    Entry: { fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
    Model: {
      fields: {
        irVersion: { type: "int64", id: 1 },
        producerName: { type: "string", id: 2 },
        producerVersion: { type: "string", id: 3 },
        graph: { type: "Graph", id: 7 },
        opsetImport: { rule: "repeated", type: "OperatorSet", id: 8 },
        metadataProps: { rule: "repeated", type: "Entry", id: 14 },
      },
    },
  },
});
const Model = messages.lookupType("Model");
