import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { messageOf } from "../../base/errors.ts";
import { encodeSavedModel, type GraphNode } from "./graphDef.ts";

/** A graph that TensorFlow holds, with the values of its variables. */
export interface Session {
  /** Gives a tensor for each output (`node:output`); the caller disposes of them. */
  run(feeds: readonly Feed[], outputs: readonly string[]): tf.Tensor[];
  close(): void;
}

export interface Feed {
  /** `node:0`. */
  to: string;
  value: tf.Tensor;
  /** The graph takes bytes there; `value` is int32. */
  bytes?: boolean;
}

/** True if the present engine runs graphs: if it is native TensorFlow. */
export function canRunGraphs(): boolean {
  return "runSavedModel" in tf.backend();
}

/** @throws if TensorFlow refuses the graph */
export async function openSession(nodes: readonly GraphNode[]): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-program-"));
  try {
    await writeFile(join(folder, "saved_model.pb"), encodeSavedModel({ nodes }));
    return openSavedModel(folder);
  } catch (error) {
    throw new Error(`the recorded graph was refused by TensorFlow: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Loads the graph that a SavedModel has under the tag `serve`; its folder is needed no more then.
 *
 * @throws if TensorFlow refuses it
 */
export function openSavedModel(folder: string): Session {
  const backend = tf.backend() as unknown as SessionBackend;
  const session = backend.loadSavedModelMetaGraph(folder, "serve");
  return {
    run(feeds, outputs) {
      const infos = feeds.map(({ to, bytes }) => (bytes === true ? { name: to, tfDtype: "DT_UINT8" } : { name: to }));
      const values = feeds.map(({ value }) => value);
      return backend.runSavedModel(session, values, infos, [...outputs]);
    },
    close() {
      backend.deleteSavedModel(session);
    },
  };
}

interface SessionBackend {
  loadSavedModelMetaGraph(path: string, tags: string): number;
  /** Feeds an int32 tensor as bytes where `tfDtype` says so. */
  runSavedModel(
    session: number,
    inputs: tf.Tensor[],
    inputInfos: { name: string; tfDtype?: string }[],
    outputs: string[],
  ): tf.Tensor[];
  deleteSavedModel(session: number): void;
}
