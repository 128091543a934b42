import {
  type Attribute,
  constantNode,
  DATA_TYPE,
  type DataType,
  type GraphNode,
  shapeOf,
} from "../../engine/graph/graphDef.ts";

/** TensorFlow's number of a type that no recorded graph has. */
export const STRING = 7;

export function node(name: string, op: string, input: string[], attr: Record<string, Attribute> = {}): GraphNode {
  return { name, op, input, attr };
}

/** A constant of whole numbers. */
export function ints(name: string, values: readonly number[], type: "int32" | "int64" = "int32"): GraphNode {
  const array = type === "int32" ? Int32Array.from(values) : BigInt64Array.from(values.map(BigInt));
  return constantNode(name, DATA_TYPE[type], [values.length], new Uint8Array(array.buffer));
}

/** A constant of some bytes. */
export function text(name: string, bytes: Uint8Array): GraphNode {
  const tensor = { dtype: STRING, tensorShape: shapeOf([]), tensorContent: new Uint8Array(0), stringVal: [bytes] };
  return node(name, "Const", [], { dtype: { type: STRING }, value: { tensor } });
}

/** A single value; `content` is its memory. */
export function scalar(name: string, type: DataType, content: ArrayBufferView): GraphNode {
  const { buffer, byteOffset, byteLength } = content;
  return constantNode(name, DATA_TYPE[type], [], new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
}

export function reshape(name: string, source: string, shape: readonly number[], type: number): GraphNode[] {
  return [
    ints(`${name}/shape`, shape),
    node(name, "Reshape", [source, `${name}/shape:0`], { T: { type }, Tshape: { type: DATA_TYPE.int32 } }),
  ];
}

export function cast(name: string, source: string, from: DataType, to: DataType): GraphNode {
  return node(name, "Cast", [source], { SrcT: { type: DATA_TYPE[from] }, DstT: { type: DATA_TYPE[to] } });
}

/** Attributes of what gives a list of tensors. */
export function listOf(parts: readonly { type: number; shape: readonly number[] }[]): {
  types: Attribute;
  shapes: Attribute;
} {
  return {
    types: { list: { type: parts.map(({ type }) => type) } },
    shapes: { list: { shape: parts.map(({ shape }) => shapeOf(shape)) } },
  };
}

/** What calls a function. */
export function func(name: string): Attribute {
  return { func: { name } };
}

/** Calls a function, or one of several: of two by a truth, of more by a number. */
export function call(
  name: string,
  functions: string | readonly string[],
  input: string[],
  { takes, gives }: { takes: readonly number[]; gives: readonly number[] },
): GraphNode {
  const types = { Tin: { list: { type: takes } }, Tout: { list: { type: gives } } };
  if (typeof functions === "string") {
    return node(name, "StatefulPartitionedCall", input, { ...types, f: func(functions) });
  }
  const branches = { list: { func: functions.map((one) => ({ name: one })) } };
  return node(name, "StatelessCase", input, { ...types, branches, output_shapes: { list: { shape: [] } } });
}
