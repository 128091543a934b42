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

/** What begins a tensor. */
export function slice(name: string, source: string, size: readonly number[], type: number): GraphNode[] {
  return [
    ...[ints(`${name}/begin`, size.map(() => 0)), ints(`${name}/size`, size)],
    node(name, "Slice", [source, `${name}/begin:0`, `${name}/size:0`], { T: { type }, Index: { type: DATA_TYPE.int32 } }),
  ]; // prettier-ignore
}

export function cast(name: string, source: string, from: DataType, to: DataType): GraphNode {
  return node(name, "Cast", [source], { SrcT: { type: DATA_TYPE[from] }, DstT: { type: DATA_TYPE[to] } });
}

/** Whether a tensor has one row. */
export function isOne(name: string, source: string, type: number): GraphNode[] {
  const { int32 } = DATA_TYPE;
  return [
    node(`${name}/shape`, "Shape", [source], { T: { type }, out_type: { type: int32 } }),
    ...slice(`${name}/rows`, `${name}/shape:0`, [1], int32),
    ...reshape(`${name}/count`, `${name}/rows:0`, [], int32),
    scalar(`${name}/one`, "int32", Int32Array.of(1)),
    node(name, "Equal", [`${name}/count:0`, `${name}/one:0`], {
      ...{ T: { type: int32 }, incompatible_shape_error: { b: true } },
    }),
  ];
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

interface Types {
  takes: readonly number[];
  gives: readonly number[];
}

/** Calls a function. */
export function call(name: string, called: string, input: string[], types: Types): GraphNode {
  return node(name, "StatefulPartitionedCall", input, { ...listed(types), f: func(called) });
}

/** Calls one of two functions, by a truth that comes first among the inputs; both become part of the graph. */
export function callIf(name: string, [no, yes]: readonly [string, string], input: string[], types: Types): GraphNode {
  return node(name, "StatelessIf", input, {
    ...{ ...listed(types), Tcond: { type: DATA_TYPE.bool }, then_branch: func(yes), else_branch: func(no) },
    ...{ output_shapes: { list: { shape: [] } }, _lower_using_switch_merge: { b: true } },
  });
}

/** Calls one of several functions, by a number that comes first among the inputs. */
export function callCase(name: string, called: readonly string[], input: string[], types: Types): GraphNode {
  const branches = { list: { func: called.map((one) => ({ name: one })) } };
  return node(name, "StatelessCase", input, { ...listed(types), branches, output_shapes: { list: { shape: [] } } });
}

function listed({ takes, gives }: Types): Record<string, Attribute> {
  return { Tin: { list: { type: takes } }, Tout: { list: { type: gives } } };
}
