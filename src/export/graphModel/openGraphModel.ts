import * as tf from "@tensorflow/tfjs";
import type { NamedTensors } from "../../engine/graph/step.ts";
import type { GraphModelFiles } from "./graphModelFiles.ts";
import { withoutAdvice } from "./withoutAdvice.ts";

/** A GraphModel that tfjs's executor runs, with the backend that is set then. */
export interface OpenGraphModel {
  /** The caller disposes of the outputs. */
  run(inputs: NamedTensors): Promise<NamedTensors>;
  /** Frees its weights, which lie in the backend that it was opened with. */
  close(): void;
}

interface ModelJson {
  modelTopology: object;
  weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  signature: { outputs: Record<string, unknown> };
}

/** Opens the files that `graphModelFiles` makes. */
export async function openGraphModel(files: GraphModelFiles): Promise<OpenGraphModel> {
  const text = new TextDecoder().decode(files["model.json"]);
  const { modelTopology, weightsManifest, signature } = JSON.parse(text) as ModelJson;
  const artifacts = {
    ...{ modelTopology, signature, format: "graph-model" },
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: files["weights.bin"].slice().buffer,
  };
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  const names = Object.keys(signature.outputs);
  return {
    async run(inputs) {
      const found = [await withoutAdvice(() => model.executeAsync(inputs, names))].flat();
      return Object.fromEntries(names.map((name, i) => [name, found[i] as tf.Tensor]));
    },
    close() {
      model.dispose();
    },
  };
}
