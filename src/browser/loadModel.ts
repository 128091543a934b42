import { AnchorkitError, messageOf } from "../base/errors.ts";
import type { ModelParts } from "./browserModel.ts";
import { BrowserClassifier } from "./classifier.ts";
import { BrowserDetector } from "./detector.ts";
import { type BrowserManifest, readManifest } from "./readManifest.ts";
import { BrowserSegmenter } from "./segmenter.ts";
import type { BrowserGraph, ModelArtifacts, ModelSource, TensorFlowJs } from "./tensorflowJs.ts";
import { BrowserTextReader } from "./textReader.ts";

/** Models by the names of their tasks. */
export interface BrowserModels {
  /** Finds objects. */
  detection: BrowserDetector;
  /** Says what an image shows. */
  classification: BrowserClassifier;
  /** Says what each pixel is part of. */
  segmentation: BrowserSegmenter;
  /** Reads lines of text. */
  reading: BrowserTextReader;
}

/** A model of any task; its `task` tells which. */
export type AnyModel = BrowserModels[keyof BrowserModels];

/** What runs a model, and what it should be. */
export interface LoadOptions<Task extends keyof BrowserModels = keyof BrowserModels> {
  /** TensorFlow.js, with whatever backend is set. */
  tf: TensorFlowJs;
  /** What the model must be for; a model of another task is refused. */
  task?: Task;
}

/**
 * Loads a model that `detect export --to tfjs` (or `--to web`) wrote.
 *
 * @param source where its model.json is, or a reader of files such as `tf.io.browserFiles` gives
 * @throws AnchorkitError if it cannot be fetched, is no export of anchorkit, or is of another task
 */
export async function loadModel<Task extends keyof BrowserModels = keyof BrowserModels>(
  source: string | ModelSource,
  { tf, task }: LoadOptions<Task>,
): Promise<BrowserModels[Task]> {
  const where = typeof source === "string" ? source : "the model";
  const artifacts = await loadArtifacts(source, tf, where);
  const manifest = readManifest(artifacts.userDefinedMetadata, where);
  requireTask(manifest, task, where);
  requireWeights(artifacts, where);
  const load = tf.loadGraphModel as (source: unknown) => Promise<BrowserGraph>;
  const graph = await load({ load: () => Promise.resolve(artifacts) });
  const isAsync = opsOf(artifacts).some((op) => ASYNC.test(op));
  const make = MODELS[manifest.task as keyof BrowserModels];
  return make({ tf, graph, isAsync, description: manifest.description }) as BrowserModels[Task];
}

const MODELS: { [Task in keyof BrowserModels]: (parts: ModelParts) => BrowserModels[Task] } = {
  detection: (parts) => new BrowserDetector(parts),
  classification: (parts) => new BrowserClassifier(parts),
  segmentation: (parts) => new BrowserSegmenter(parts),
  reading: (parts) => new BrowserTextReader(parts),
};

/** Ops that TensorFlow.js waits for. */
const ASYNC = /^(NonMaxSuppression|Where$|While$|StatelessWhile$|If$|StatelessIf$|Enter$|Switch$|Merge$)/;

async function loadArtifacts(source: string | ModelSource, tf: TensorFlowJs, where: string): Promise<ModelArtifacts> {
  const reader = typeof source === "string" ? tf.io.http(source) : source;
  if (!reader.load) throw new AnchorkitError(`${where}: cannot be loaded, only saved`);
  try {
    return await reader.load();
  } catch (error) {
    throw new AnchorkitError(`${where}: the model could not be loaded: ${messageOf(error)}`, { cause: error });
  }
}

function requireTask({ task }: BrowserManifest, wanted: string | undefined, where: string): void {
  if (!Object.hasOwn(MODELS, task)) {
    throw new AnchorkitError(`${where}: is for ${task}, which has no images to look at; run its graph itself`);
  }
  if (wanted !== undefined && wanted !== task) {
    throw new AnchorkitError(`${where}: is for ${task}, and ${wanted} is wanted`);
  }
}

/** TensorFlow.js takes whatever comes for the weights, the page that says that there are none, too. */
function requireWeights({ weightSpecs = [], weightData }: ModelArtifacts, where: string): void {
  const wanted = weightSpecs.reduce((sum, { shape, dtype }) => {
    return sum + shape.reduce((a, b) => a * b, dtype === "bool" ? 1 : 4);
  }, 0);
  const there = [weightData ?? []].flat().reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (there === wanted) return;
  throw new AnchorkitError(
    `${where}: the weights beside it have ${there} bytes, not ${wanted}; export the model again`,
  );
}

function opsOf({ modelTopology }: ModelArtifacts): string[] {
  const { node = [] } = (modelTopology ?? {}) as { node?: { op: string }[] };
  return node.map(({ op }) => op);
}
