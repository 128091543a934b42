import { freezeStep } from "../../engine/graph/frozenGraph.ts";
import { MANIFEST_KEY, manifestOf, type Trained } from "../manifest.ts";
import type { PortableModel } from "../portableModel.ts";
import { graphModel } from "./graphModel.ts";

/** The files of a GraphModel of tfjs, by name; model.json names the other one. */
export interface GraphModelFiles {
  "weights.bin": Uint8Array;
  "model.json": Uint8Array;
}

/**
 * A model as the files of a GraphModel, for `loadGraphModel` of tfjs in a browser or anywhere else; those of two exports of
 * the same model are equal. It is run with `executeAsync`.
 *
 * @param trained what the files are to say of the training
 * @param half whether weights are kept as half floats; they are float32 again once they are loaded
 * @throws AnchorkitError for an op that tfjs has not, or if the engine is not native TensorFlow
 */
export async function graphModelFiles(
  model: PortableModel,
  trained?: Trained,
  { half = false }: { half?: boolean } = {},
): Promise<GraphModelFiles> {
  const graph = await freezeStep(model.step, model.weights, "portable");
  const manifest = manifestOf(model, trained, half ? "half" : undefined);
  const header = {
    weightsFile: "weights.bin",
    half,
    version: manifest.anchorkit,
    metadata: { [MANIFEST_KEY]: manifest },
  };
  const { topology, weights } = graphModel(graph, header);
  return { "weights.bin": weights, "model.json": new TextEncoder().encode(`${JSON.stringify(topology)}\n`) };
}
