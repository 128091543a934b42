import { AnchorkitError } from "../../base/errors.ts";
import { type DataType, type GraphNode } from "../../engine/graph/graphDef.ts";
import { type FrozenGraph, STEP } from "../../engine/graph/frozenGraph.ts";
import type { GraphValue } from "../../engine/graph/recording.ts";
import { makerOf } from "../../engine/graph/sources.ts";
import { type Constant, constantOf, transposed } from "../../engine/graph/constants.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from "./onnxModel.ts";

/** Where each of the axes n, h, w, c of TensorFlow's images is with channels first; as Transpose takes it, the way back. */
export const CHANNELS_FIRST = [0, 2, 3, 1];

/** From n, h, w, c to n, c, h, w, as Transpose takes it. */
export const TO_FIRST = [0, 3, 1, 2];

/** Operators that take a bias as a third input. */
const WITH_BIAS = new Set(["Conv", "ConvTranspose", "Gemm"]);

/** Under what names of ONNX's a value of the recorded graph can be had. */
interface Names {
  /** Its axes as they were recorded. */
  plain?: string;
  /** Of four axes: channels first, as ONNX wants images. */
  first?: string;
  /** Of fewer axes: as it is broadcast to four, channels first. */
  spread?: string;
  /** Of [1, rows, columns]: the matrix alone. */
  matrix?: string;
}

/**
 * Writes an ONNX graph node by node. ONNX's convolutions and poolings take channels first, TensorFlow's last: a value of
 * four axes is had in the order that it came in, and a Transpose is written, once, only where another asks for the other one.
 */
export class OnnxWriter {
  nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #graph: FrozenGraph;
  readonly #byName: ReadonlyMap<string, GraphNode>;
  #names = new Map<string, Names>();
  /** Constants that were made here, by what they hold. */
  readonly #made = new Map<string, string>();
  /** The names of constants that were written. */
  readonly #written = new Set<string>();
  /** How often a value is taken, by its source. */
  readonly #uses = new Map<string, number>();
  #count = 0;

  constructor(graph: FrozenGraph) {
    this.#graph = graph;
    this.#byName = new Map(graph.nodes.map((node) => [node.name, node]));
    const taken = [...graph.nodes.flatMap(({ input }) => input), ...[...graph.outputs.values()].map((v) => v.source)];
    for (const source of taken) this.#uses.set(source, (this.#uses.get(source) ?? 0) + 1);
  }

  /** What is known of a value of the recorded graph. */
  value(source: string): GraphValue {
    const found = this.#graph.values.get(source);
    if (!found) throw new Error(`the recorded graph has no value ${source}`);
    return found;
  }

  shape(source: string): readonly number[] {
    return this.value(source).shape;
  }

  /** The values of a source that is a constant of the graph. */
  constant(source = ""): Constant | undefined {
    let node = this.#byName.get(makerOf(source));
    while (node?.op === "Enter") node = this.#byName.get(makerOf(node.input[0] ?? "")); // into a loop
    return node && constantOf(node);
  }

  /**
   * The numbers of an input that the exported graph must know beforehand: shapes, axes, paddings.
   *
   * @throws AnchorkitError if they are computed
   */
  numbers(node: GraphNode, input: number): number[] {
    const constant = this.constant(node.input[input]);
    if (constant) return Array.from(constant.values);
    throw new AnchorkitError(
      `${this.describe(node)}: takes an input ${input} that is computed, which ONNX cannot have`,
    );
  }

  /** The name of a value, with its axes as they were recorded. */
  plain(source: string): string {
    const names = this.#namesOf(source);
    if (names.plain !== undefined) return names.plain;
    names.plain =
      names.matrix === undefined
        ? this.node("Transpose", [names.first ?? ""], { perm: CHANNELS_FIRST })
        : this.node("Reshape", [names.matrix, this.ints(this.shape(source))]);
    return names.plain;
  }

  /** The name of a value of [1, rows, columns] as a matrix. */
  matrix(source: string): string {
    const shape = this.shape(source).slice(-2);
    const constant = this.constant(source);
    if (constant) return this.changed(source, "matrix", { ...constant, shape });
    const names = this.#namesOf(source);
    return (names.matrix ??= this.node("Reshape", [this.plain(source), this.ints(shape)]));
  }

  /** The name of a value of four axes, channels first. */
  first(source: string): string {
    const names = this.#namesOf(source);
    if (names.first !== undefined) return names.first;
    const constant = this.constant(source);
    names.first = constant
      ? this.changed(source, "first", transposed(constant, TO_FIRST))
      : this.node("Transpose", [names.plain ?? ""], { perm: TO_FIRST });
    return names.first;
  }

  /** The name of a value that is broadcast to four axes, channels first. */
  spread(source: string): string {
    const shape = this.shape(source);
    if (shape.length === 4) return this.first(source);
    if (shape.length === 0) return this.plain(source);
    const names = this.#namesOf(source);
    if (names.spread !== undefined) return names.spread;
    const [n = 1, h = 1, width = 1, c = 1] = [...[1, 1, 1, 1].slice(shape.length), ...shape];
    const constant = this.constant(source);
    names.spread = constant
      ? this.changed(source, "spread", transposed({ ...constant, shape: [n, h, width, c] }, TO_FIRST))
      : this.node("Transpose", [this.node("Reshape", [this.plain(source), this.ints([n, h, width, c])])], {
          perm: TO_FIRST,
        });
    return names.spread;
  }

  /** True if a value is at hand with channels first, and not as it was recorded. */
  isFirst(source: string): boolean {
    const names = this.#names.get(source);
    return names?.first !== undefined && names.plain === undefined;
  }

  /** True if a value of [1, rows, columns] is at hand as a matrix, and not as it was recorded. */
  isMatrix(source: string): boolean {
    const names = this.#names.get(source);
    return names?.matrix !== undefined && names.plain === undefined;
  }

  /** The name of a value: channels first, or as it was recorded. */
  take(source: string, first: boolean): string {
    return first ? this.first(source) : this.plain(source);
  }

  /** Says under what name a value can be had, and in which of the two orders. */
  give(source: string, name: string, first: boolean): void {
    this.define(source, first ? { first: name } : { plain: name });
  }

  /** Says under what name a value of the recorded graph can be had. */
  define(source: string, names: Names): void {
    this.#names.set(source, names);
  }

  /**
   * Makes a bias part of the convolution or product that a value comes from, if nothing else takes that value.
   *
   * @param sum what the value with the bias is called in the recorded graph @returns whether it could be done
   */
  addBias(source: string, bias: string, sum: string): boolean {
    const names = this.#names.get(source);
    const made = names?.matrix ?? names?.first ?? names?.plain;
    const i = this.nodes.findIndex(({ outputs }) => outputs[0] === made);
    const before = this.nodes[i];
    if (!names || !before || !WITH_BIAS.has(before.op) || before.inputs.length !== 2) return false;
    if (this.#uses.get(source) !== 1) return false;
    this.nodes[i] = { ...before, inputs: [...before.inputs, bias] };
    this.define(sum, names);
    return true;
  }

  /** Writes the body of a loop, whose nodes are a graph of their own; it sees what is defined outside, and not the other way. */
  within(write: () => void): OnnxNode[] {
    const [nodes, names] = [this.nodes, this.#names];
    this.nodes = [];
    this.#names = new Map([...names].map(([source, own]) => [source, { ...own }]));
    write();
    const body = this.nodes;
    [this.nodes, this.#names] = [nodes, names];
    return body;
  }

  /** Writes a node, and gives the name of its only output. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.several(op, inputs, 1, attributes)[0] as string;
  }

  /** Writes a node of several outputs, and gives their names. */
  several(
    op: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
  ): string[] {
    const name = `${op}_${this.#count++}`;
    const outputs = Array.from({ length: count }, (_, i) => (i === 0 ? name : `${name}_${i}`));
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  /** The name of a constant of whole numbers of 64 bits: shapes and indices, in ONNX. */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#own({ type: "int64", shape, values: BigInt64Array.from(values, (value) => BigInt(value)) });
  }

  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.#own({ type: "float32", shape, values: Float32Array.from(values) });
  }

  /** The name of a constant of the graph that is changed before it is written. */
  changed(source: string, as: string, constant: Constant): string {
    return this.#tensor(constant, `${makerOf(source)}/${as}`);
  }

  /** "Conv2D after stage1_conv/kernel", a weight */
  describe(node: GraphNode): string {
    const weight = this.#weightBefore(node);
    return weight === undefined ? node.op : `${node.op} after ${weight}`;
  }

  #namesOf(source: string): Names {
    const known = this.#names.get(source);
    if (known) return known;
    const constant = this.constant(source);
    if (!constant) throw new Error(`${source} is used before it is written`);
    const names = { plain: this.#tensor(constant, makerOf(source)) };
    this.#names.set(source, names);
    return names;
  }

  /** A constant that was made here: one for all that hold the same. */
  #own(constant: Pick<Constant, "shape"> & { type: OnnxType; values: Constant["values"] | BigInt64Array }): string {
    const key = `${constant.type} ${constant.shape.join()} ${constant.values.join()}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const name = `${constant.type}_${this.#made.size}`;
    this.#made.set(key, name);
    const { buffer, byteOffset, byteLength } = constant.values;
    this.constants.push({ ...constant, name, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    return name;
  }

  /** A constant under a name, which is written once. */
  #tensor({ dtype, shape, values }: Constant, name: string): string {
    if (this.#written.has(name)) return name;
    this.#written.add(name);
    const { buffer, byteOffset, byteLength } = values;
    this.constants.push({ name, type: onnxType(dtype), shape, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    return name;
  }

  /** The weight that is nearest before a node. */
  #weightBefore(node: GraphNode): string | undefined {
    const seen = new Set<GraphNode>();
    const waiting = [node];
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (next.op === "Const" && !next.name.startsWith(`${STEP}/`)) return next.name;
      waiting.push(...next.input.flatMap((source) => this.#byName.get(makerOf(source)) ?? []));
    }
    return undefined;
  }
}

/** @throws for a type that ONNX has under no name of its own here */
export function onnxType(type: DataType): OnnxType {
  if (type === "bfloat16") throw new Error("a graph is exported in float32");
  return type;
}

/** A value as a graph says what it is given or gives. */
export function described(name: string, { dtype, shape }: GraphValue): OnnxValue {
  return { name, type: onnxType(dtype), shape };
}
