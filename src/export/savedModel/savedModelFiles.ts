import { createHash } from "node:crypto";
import { type FrozenGraph, freezeStep } from "../../engine/graph/frozenGraph.ts";
import {
  DATA_TYPE,
  encodeGraph,
  encodeSavedModel,
  type FunctionDef,
  type GraphNode,
  placeholderNode,
  shapeOf,
  type SignatureDef,
} from "../../engine/graph/graphDef.ts";
import { manifestOf, type Trained } from "../manifest.ts";
import type { PortableModel } from "../portableModel.ts";
import { batchFunctions } from "./batchFunctions.ts";
import { MANIFEST_FILE } from "./manifestFile.ts";
import { imageFunctions } from "./imageFunctions.ts";
import { callIf, isOne, node, STRING } from "./nodes.ts";
import { type NamedPart, predictFunction } from "./predictFunction.ts";

/** The signature that takes pixels of the canvas, and that which TensorFlow Serving asks unless told. */
export const [CANVASES, DEFAULT] = ["canvases", "serving_default"];

/** The files of a SavedModel, by their paths in its folder. */
export interface SavedModelFiles {
  "saved_model.pb": Uint8Array;
  [MANIFEST_FILE]: Uint8Array;
}

/**
 * A model as the files of a SavedModel, for TensorFlow Serving and all else that reads one; those of two exports of the same
 * model are equal. It answers batches of any size: `canvases` takes what the step takes, and `serving_default`, where a
 * sample is one image, its file's bytes (`image_bytes`).
 *
 * @param model for batches of 1
 * @param trained what the files are to say of the training
 * @throws AnchorkitError if the engine is not native TensorFlow
 */
export async function savedModelFiles(model: PortableModel, trained?: Trained): Promise<SavedModelFiles> {
  const graph = await frozen(model);
  // Of several models in one process each has functions of its own.
  const name = `anchorkit_${createHash("sha256").update(encodeGraph(graph.nodes)).digest("hex").slice(0, 16)}`;
  const { definition, takes, gives } = predictFunction(name, graph);
  const canvases = question(CANVASES, name, takes, gives);
  const parts = {
    functions: [definition, ...canvases.functions],
    nodes: canvases.nodes,
    signatures: { [CANVASES]: canvases.signature },
  };
  if (model.preprocessing) {
    const { functions, answer } = await imageFunctions(model, model.preprocessing, { name, takes, gives });
    const files = [{ name: "image_bytes", type: STRING, shape: [] }];
    const readable = { name: "readable", type: DATA_TYPE.bool, shape: [] };
    const served = question(DEFAULT, answer, files, [...gives, readable]);
    parts.functions.push(...functions, ...served.functions);
    parts.nodes.push(...served.nodes);
    parts.signatures[DEFAULT] = served.signature;
  } else parts.signatures[DEFAULT] = canvases.signature;
  const manifest = `${JSON.stringify(manifestOf(model, trained), undefined, 2)}\n`;
  return { "saved_model.pb": encodeSavedModel(parts), [MANIFEST_FILE]: new TextEncoder().encode(manifest) };
}

/** TensorFlow's older loops, which a recorded step has, crash in a function: a step with loops is written time by time. */
async function frozen({ step, weights }: PortableModel): Promise<FrozenGraph> {
  const graph = await freezeStep(step, weights, "native");
  return graph.loops.length === 0 ? graph : freezeStep(step, weights, "portable");
}

/** What is asked of a model: the nodes that are fed and fetched, and the functions that they call. */
interface Question {
  functions: FunctionDef[];
  nodes: GraphNode[];
  signature: SignatureDef;
}

/** The question whose answer is one function's for each sample of a batch. */
function question(name: string, answer: string, takes: readonly NamedPart[], gives: readonly NamedPart[]): Question {
  const functions = batchFunctions(answer, takes, gives);
  const first = takes[0] ?? { name: "", type: 0 };
  const nodes = [
    ...takes.map(({ name: key, type, shape }) => placeholderNode(`${name}/${key}`, type, [-1, ...shape])),
    ...isOne(`${name}/is_one`, `${name}/${first.name}:0`, first.type),
    callIf(
      `${name}/answers`,
      [functions[0].signature.name, functions[1].signature.name],
      [`${name}/is_one:0`, ...takes.map(({ name: key }) => `${name}/${key}:0`)],
      { takes: takes.map(({ type }) => type), gives: gives.map(({ type }) => type) },
    ),
    ...gives.map(({ name: key, type }, i) =>
      node(`${name}/output/${key}`, "Identity", [`${name}/answers:${i}`], { T: { type } }),
    ),
  ];
  const infos = (parts: readonly NamedPart[], prefix: string): SignatureDef["inputs"] =>
    Object.fromEntries(
      parts.map(({ name: key, type, shape }) => {
        return [key, { name: `${prefix}${key}:0`, dtype: type, tensorShape: shapeOf([-1, ...shape]) }];
      }),
    );
  return {
    ...{ functions, nodes },
    signature: {
      inputs: infos(takes, `${name}/`),
      outputs: infos(gives, `${name}/output/`),
      methodName: "tensorflow/serving/predict",
    },
  };
}
