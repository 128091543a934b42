import { MAX_PIXELS } from "../../base/decodingRules.ts";
import type { Preprocessing } from "../../base/preprocessing.ts";
import { type FrozenGraph, freezeStep } from "../../engine/graph/frozenGraph.ts";
import {
  type Attribute,
  DATA_TYPE,
  type FunctionDef,
  type GraphNode,
  placeholderNode,
} from "../../engine/graph/graphDef.ts";
import type { PortableInput, PortableModel } from "../portableModel.ts";
import { functionDef } from "./functionDef.ts";
import { call, callCase, callIf, cast, func, ints, listOf, node, reshape, scalar, STRING, text } from "./nodes.ts";
import { FACTORS, placeStep, shrinkStep } from "./placeStep.ts";
import type { NamedPart, Part } from "./predictFunction.ts";

/** What is known of an image once it lies on the canvas, each for one image. */
type Known = NonNullable<PortableInput["says"]>;

/** The functions that reading calls, by their names. */
interface ReadParts {
  headers: readonly [string, string];
  decoders: readonly string[];
  shrink: string;
  place: string;
}

const { uint8: UINT8, int32: INT32, float32: FLOAT, bool: BOOL } = DATA_TYPE;

const bytesOf = (words: string): Uint8Array => new TextEncoder().encode(words);

/**
 * Functions that answer for one image file, as bytes: `read` decodes it (JPEG, PNG, GIF) and brings it to the canvas,
 * `answer` reads it and asks `predict`. A file that cannot be read fails in a data set of its own, whose errors are ignored, so
 * that the rest of a batch is answered; its numbers are 0, and `readable` is false.
 *
 * @param predict the function that answers for what is on the canvas, with what it takes and gives
 */
export async function imageFunctions(
  { inputs }: PortableModel,
  preprocessing: Preprocessing,
  predict: { name: string; takes: readonly NamedPart[]; gives: readonly Part[] },
): Promise<{ functions: FunctionDef[]; answer: string }> {
  const name = predict.name;
  const shrink = stepFunction(`${name}_shrink`, await freezeStep(shrinkStep(preprocessing), new Map(), "native"));
  const place = stepFunction(`${name}_place`, await freezeStep(placeStep(preprocessing), new Map(), "native"));
  const [header, decode] = [headers(name), decoders(name)];
  const { width, height } = preprocessing.canvas;
  const all: Record<Known, Part> = {
    pixels: { type: UINT8, shape: [height, width, 3] },
    size: { type: FLOAT, shape: [2] },
    width: { type: FLOAT, shape: [1] },
  };
  const named = ({ signature }: FunctionDef): string => signature.name;
  const parts = {
    headers: [named(header[0]), named(header[1])] as const,
    decoders: decode.map(named),
    shrink: named(shrink),
    place: named(place),
  };
  const read = readFunction(`${name}_read`, all, parts);
  const answer = answerFunction(`${name}_answer`, named(read), all, {
    ...predict,
    takes: predict.takes.map(({ name }) => {
      const says = inputs[name]?.says;
      if (!says) throw new Error(`${name} is no input that an image file tells`);
      return says;
    }),
  });
  return { functions: [...header, ...decode, shrink, place, read, answer], answer: named(answer) };
}

/** A frozen step as a function, which takes what the step is fed. */
function stepFunction(name: string, { nodes, outputs }: FrozenGraph): FunctionDef {
  return functionDef({
    name,
    nodes,
    results: [...outputs.values()].map(({ source, dtype }) => ({ source, type: DATA_TYPE[dtype] })),
  });
}

/** One op that is given the bytes of a file, as a function. */
function fileFunction(name: string, type: number, nodes: GraphNode[]): FunctionDef {
  return functionDef({
    name,
    nodes: [placeholderNode("contents", STRING, []), ...nodes],
    results: [{ source: "result:0", type }],
  });
}

/** How files are decoded: the one whose number is asked for, each divided by a factor of its own. */
function decoders(name: string): FunctionDef[] {
  return FACTORS.map((factor) => {
    const attr = {
      ...{
        channels: { i: 3 },
        ratio: { i: factor },
        fancy_upscaling: { b: true },
        try_recover_truncated: { b: false },
      },
      ...{ acceptable_fraction: { f: 1 }, dct_method: { s: bytesOf("INTEGER_ACCURATE") } },
    };
    return fileFunction(`${name}_decode_${factor}`, UINT8, [node("result", "DecodeJpeg", ["contents:0"], attr)]);
  });
}

/** [3] int32: height and width that the header of a JPEG says; zeros of other files, which are asked for all their pixels. */
function headers(name: string): [no: FunctionDef, yes: FunctionDef] {
  const attr = { output_type: { type: INT32 } };
  return [
    fileFunction(`${name}_no_header`, INT32, [ints("result", [0, 0, 0])]),
    fileFunction(`${name}_header`, INT32, [node("result", "ExtractJpegShape", ["contents:0"], attr)]),
  ];
}

/** The bytes of a file -> pixels of the canvas, what else is known, and `readable`; fails for what is no image. */
function readFunction(name: string, all: Record<Known, Part>, parts: ReadParts): FunctionDef {
  /** Of a shape [height, width, ...]: [1, 2] float32, width and height. */
  const sizeOf = (key: string, shape: string): GraphNode[] => [
    node(`${key}/sides`, "GatherV2", [shape, "width_and_height:0", "axis:0"], {
      ...{ Tparams: { type: INT32 }, Tindices: { type: INT32 }, Taxis: { type: INT32 }, batch_dims: { i: 0 } },
    }),
    cast(`${key}/numbers`, `${key}/sides:0`, "int32", "float32"),
    ...reshape(key, `${key}/numbers:0`, [1, 2], FLOAT),
  ];
  const nodes: GraphNode[] = [
    placeholderNode("contents", STRING, []),
    ...[ints("width_and_height", [1, 0]), scalar("axis", "int32", Int32Array.of(0))],
    ...[scalar("two", "int32", Int32Array.of(2)), text("jpeg", Uint8Array.of(0xff, 0xd8))],
    node("start", "Substr", ["contents:0", "axis:0", "two:0"], { T: { type: INT32 }, unit: { s: bytesOf("BYTE") } }),
    node("is_jpeg", "Equal", ["start:0", "jpeg:0"], { T: { type: STRING }, incompatible_shape_error: { b: true } }),
    callIf("header", parts.headers, ["is_jpeg:0", "contents:0"], { takes: [STRING], gives: [INT32] }),
    ...sizeOf("promised", "header:0"),
    call("choice", parts.shrink, ["promised:0"], { takes: [FLOAT], gives: [INT32] }),
    callCase("decoded", parts.decoders, ["choice:0", "contents:0"], { takes: [STRING], gives: [UINT8] }),
    node("shape", "Shape", ["decoded:0"], { T: { type: UINT8 }, out_type: { type: INT32 } }),
    ...sizeOf("stored", "shape:0"),
    node("own", "SelectV2", ["is_jpeg:0", "promised:0", "stored:0"], { T: { type: FLOAT } }),
    node("pixel_count", "Prod", ["own:0", "width_and_height:0"], {
      T: { type: FLOAT },
      Tidx: { type: INT32 },
      keep_dims: { b: false },
    }),
    scalar("limit", "float32", Float32Array.of(MAX_PIXELS)),
    node("is_small", "LessEqual", ["pixel_count:0", "limit:0"], { T: { type: FLOAT } }),
    text("too_large", bytesOf(`has more than ${MAX_PIXELS} pixels`)),
    node("check", "Assert", ["is_small:0", "too_large:0"], { T: { list: { type: [STRING] } }, summarize: { i: 1 } }),
    node("images", "ExpandDims", ["decoded:0", "axis:0", "^check"], { T: { type: UINT8 }, Tdim: { type: INT32 } }),
    call("placed", parts.place, ["images:0", "stored:0", "own:0"], {
      takes: [UINT8, FLOAT, FLOAT],
      gives: [INT32, FLOAT],
    }),
    cast("bytes", "placed:0", "int32", "uint8"),
    ...reshape("pixels", "bytes:0", all.pixels.shape, UINT8),
    ...reshape("size", "own:0", all.size.shape, FLOAT),
    ...reshape("width", "placed:1", all.width.shape, FLOAT),
    scalar("readable", "bool", Uint8Array.of(1)),
  ];
  const results = [...Object.entries(all), ["readable", { type: BOOL, shape: [] }] as const];
  return functionDef({ name, nodes, results: results.map(([key, { type }]) => ({ source: `${key}:0`, type })) });
}

function answerFunction(
  name: string,
  read: string,
  all: Record<Known, Part>,
  predict: { name: string; takes: readonly Known[]; gives: readonly Part[] },
): FunctionDef {
  const parts = [...Object.values(all), { type: BOOL, shape: [] }];
  const { types, shapes } = listOf(parts);
  const dataset = (name: string, op: string, input: string[], attr: Record<string, Attribute> = {}): GraphNode =>
    node(name, op, input, { output_types: types, output_shapes: shapes, ...attr });
  const known = Object.keys(all) as Known[];
  const found = (key: Known): string => `read:${known.indexOf(key)}`;
  const readable = `read:${known.length}`;
  const nodes: GraphNode[] = [
    placeholderNode("contents", STRING, []),
    ...reshape("files", "contents:0", [1], STRING),
    node("file", "TensorSliceDataset", ["files:0"], {
      Toutput_types: { list: { type: [STRING] } },
      output_shapes: listOf([{ type: STRING, shape: [] }]).shapes,
    }),
    dataset("each", "MapDataset", ["file:0"], { f: func(read), Targuments: { list: { type: [] } } }),
    dataset("good", "IgnoreErrorsDataset", ["each:0"]),
    ...known.flatMap((key) => {
      const { type, shape } = all[key];
      // A size of 1, as 0 pixels have no place on the canvas.
      const value = scalar(`none/${key}/value`, type === UINT8 ? "uint8" : "float32", type === UINT8 ? Uint8Array.of(0) : Float32Array.of(1)); // prettier-ignore
      const dims = ints(`none/${key}/shape`, shape);
      const attr = { T: { type }, index_type: { type: DATA_TYPE.int32 } };
      return [value, dims, node(`none/${key}`, "Fill", [`none/${key}/shape:0`, `none/${key}/value:0`], attr)];
    }),
    scalar("none/readable", "bool", Uint8Array.of(0)),
    node(
      "none",
      "TensorDataset",
      [...known, "readable"].map((key) => `none/${key}:0`),
      {
        Toutput_types: types,
        output_shapes: shapes,
      },
    ),
    dataset("one_at_least", "ConcatenateDataset", ["good:0", "none:0"]),
    scalar("one", "int64", BigInt64Array.of(1n)),
    dataset("one_alone", "TakeDataset", ["one_at_least:0", "one:0"]),
    dataset("read", "DatasetToSingleElement", ["one_alone:0"]),
    call("answers", predict.name, predict.takes.map(found), {
      takes: predict.takes.map((key) => all[key].type),
      gives: predict.gives.map(({ type }) => type),
    }),
    ...predict.gives.flatMap(({ type }, i) => [
      node(`zeros_${i}`, "ZerosLike", [`answers:${i}`], { T: { type } }),
      node(`answer_${i}`, "SelectV2", [readable, `answers:${i}`, `zeros_${i}:0`], { T: { type } }),
    ]),
  ];
  const results = [...predict.gives.map(({ type }, i) => ({ source: `answer_${i}:0`, type })), { source: readable, type: BOOL }]; // prettier-ignore
  return functionDef({ name, nodes, results });
}
