import { halvesFromFloats } from "../../base/halfFloats.ts";
import { type FrozenGraph, STEP } from "../../engine/graph/frozenGraph.ts";
import { type Attribute, DATA_TYPE, type GraphNode, typeName } from "../../engine/graph/graphDef.ts";
import type { GraphValue } from "../../engine/graph/recording.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { type Constant, constantOf, isBias } from "../../engine/graph/constants.ts";
import { fuseConvolutions } from "./fuseConvolutions.ts";

/** A model as tfjs's `loadGraphModel` reads it: the content of model.json, and of the file of weights beside it. */
export interface GraphModel {
  topology: object;
  weights: Uint8Array;
}

/** What is written down beside the graph. */
export interface GraphModelHeader {
  /** The name of the file of weights. */
  weightsFile: string;
  version: string;
  /** Whether weights are kept as half floats; they are float32 again once they are loaded. */
  half: boolean;
  metadata: Readonly<Record<string, unknown>>;
}

/** Ops that tfjs's executor knows under none of its names. */
const UNKNOWN = new Set(["Bitcast", "CombinedNonMaxSuppression", "Softsign", "SpaceToDepth"]);

/**
 * A frozen graph of portable ops as a GraphModel of tfjs, whose inputs and outputs have the step's own names.
 *
 * @throws AnchorkitError for an op that tfjs has not
 */
export function graphModel(graph: FrozenGraph, { weightsFile, version, half, metadata }: GraphModelHeader): GraphModel {
  const names = new Map([...graph.inputs].map(([key, { source }]) => [source, key]));
  const outputs = new Set([...graph.outputs.values()].map(({ source }) => source));
  const constants = new Map<string, Constant>(graph.nodes.flatMap((node) => {
    const constant = constantOf(node);
    return constant ? [[`${node.name}:0`, constant] as const] : [];
  })); // prettier-ignore
  const nodes = fuseConvolutions(graph.nodes, outputs, (source, of) => {
    const constant = constants.get(source);
    return constant !== undefined && isBias(constant, graph.values.get(of)?.shape.at(-1));
  });
  const unknown = nodes.find(({ op }) => UNKNOWN.has(op));
  if (unknown) throw new AnchorkitError(`${unknown.op}: tfjs has no such op`);

  const written = nodes.map((node) => nodeJson(node, names));
  for (const [key, { source, dtype }] of graph.outputs) {
    const attr = { T: attributeJson({ type: DATA_TYPE[dtype] }) };
    written.push({ name: key, op: "Identity", input: [nameOf(source, names)], attr });
  }
  const taken = new Set(written.flatMap(({ input }) => input));
  const used = [...constants].filter(([source]) => taken.has(nameOf(source, names)));
  const weights = used.map(([source, constant]) => weightOf(nameOf(source, names), constant, half));
  return {
    topology: {
      ...{ format: "graph-model", generatedBy: `anchorkit ${version}`, convertedBy: null },
      modelTopology: {
        node: written.filter(({ op, name }) => op !== "Const" || taken.has(name)),
        versions: { producer: 1700 },
      },
      signature: { inputs: signature(graph.inputs), outputs: signature(graph.outputs) },
      weightsManifest: [{ paths: [weightsFile], weights: weights.map(({ spec }) => spec) }],
      userDefinedMetadata: metadata,
    },
    weights: Buffer.concat(weights.map(({ values: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength))),
  }; // prettier-ignore
}

/** Weights of fewer numbers are kept as float32. */
const FEWEST_HALVES = 1024;

/** How a constant is written down, and the numbers that are written; those that the step itself came with keep their digits. */
function weightOf(name: string, { dtype, shape, values }: Constant, half: boolean) {
  const spec = { name, shape, dtype: dtype === "float32" || dtype === "bool" ? dtype : "int32" };
  if (!half || !(values instanceof Float32Array) || values.length < FEWEST_HALVES || name.startsWith(`${STEP}/`)) {
    return { spec, values };
  }
  const quantization = { dtype: "float16", original_dtype: "float32" };
  return { spec: { ...spec, quantization }, values: halvesFromFloats(values) };
}

interface NodeJson {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, object>;
}

function nodeJson({ name, op, input, attr }: GraphNode, names: ReadonlyMap<string, string>): NodeJson {
  const kept = Object.entries(attr).filter(([key]) => op !== "Const" || key === "dtype");
  return {
    ...{ name: nameOf(`${name}:0`, names), op },
    input: input.map((source) => nameOf(source, names)),
    attr: Object.fromEntries(kept.map(([key, value]) => [key, attributeJson(value)])),
  };
}

/** A first output goes by the name of its node; what is fed, by the step's name of it. */
function nameOf(source: string, names: ReadonlyMap<string, string>): string {
  return names.get(source) ?? source.replace(/:0$/, "");
}

/** tfjs has neither bytes nor whole numbers of 64 bits: both are its int32. */
function typeJson(number: number): string {
  const type = typeName(number);
  if (type === "float32") return "DT_FLOAT";
  return type === "bool" ? "DT_BOOL" : "DT_INT32";
}

/** An attribute as protobuf's JSON has it. */
function attributeJson(value: Attribute): object {
  if ("s" in value) return { s: base64(value.s) };
  if ("type" in value) return { type: typeJson(value.type) };
  if ("i" in value) return { i: String(value.i) };
  if ("shape" in value) return { shape: { dim: value.shape.dim.map(({ size }) => ({ size: String(size) })) } };
  if (!("list" in value)) return value;
  const { s, i, ...rest } = value.list as { s?: readonly Uint8Array[]; i?: readonly number[] };
  return { list: { ...rest, ...(s && { s: s.map(base64) }), ...(i && { i: i.map(String) }) } };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function signature(values: ReadonlyMap<string, GraphValue>): object {
  return Object.fromEntries(
    [...values].map(([key, { shape, dtype }]) => {
      const tensorShape = { dim: shape.map((size) => ({ size: String(size) })) };
      return [key, { name: `${key}:0`, dtype: typeJson(DATA_TYPE[dtype]), tensorShape }];
    }),
  );
}
