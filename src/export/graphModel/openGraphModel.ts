import * as tf from "@tensorflow/tfjs";
import { unpackedBytes } from "../../core/ops/bytes.ts";
import type { OpenedModel } from "../openedModel.ts";
import type { GraphModelFiles } from "./graphModelFiles.ts";

interface ModelJson {
  modelTopology: object;
  weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  signature: {
    inputs: Record<string, { tensorShape: { dim: { size: string }[] } }>;
    outputs: Record<string, unknown>;
  };
}

/** Opens the files that `graphModelFiles` makes, for tfjs's executor with the backend that is set then. */
export async function openGraphModel(files: GraphModelFiles): Promise<OpenedModel> {
  const text = new TextDecoder().decode(files["model.json"]);
  const { modelTopology, weightsManifest, signature } = JSON.parse(text) as ModelJson;
  const artifacts = {
    ...{ modelTopology, signature, format: "graph-model" },
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: files["weights.bin"].slice().buffer,
  };
  const model = await tf.loadGraphModel(tf.io.fromMemory(artifacts));
  const names = Object.keys(signature.outputs);
  const shapes = new Map(Object.entries(signature.inputs).map(([key, { tensorShape }]) => {
    return [key, tensorShape.dim.map(({ size }) => Number(size))] as const;
  })); // prettier-ignore
  return {
    takes: (input) => shapes.has(input),
    async run(inputs) {
      const fed = tf.tidy(() =>
        Object.fromEntries(
          Object.entries(inputs).map(([key, value]) => {
            const shape = shapes.get(key) ?? value.shape;
            const isPacked = value.rank === 1 && shape.length > 1;
            return [key, isPacked ? unpackedBytes(value, shape) : value.clone()];
          }),
        ),
      );
      try {
        const found = [await model.executeAsync(fed, names)].flat();
        return Object.fromEntries(names.map((name, i) => [name, found[i] as tf.Tensor]));
      } finally {
        tf.dispose(fed);
      }
    },
    close() {
      model.dispose();
    },
  };
}
