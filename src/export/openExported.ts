import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { AnchorkitError } from "../base/errors.ts";
import { unpackedBytes } from "../core/ops/bytes.ts";
import { loadEngine } from "../engine/load.ts";
import type { Runner } from "../engine/graph/step.ts";
import { canvasSizes } from "./canvasSizes.ts";
import type { Exported } from "./exportedForm.ts";
import type { Manifest } from "./manifest.ts";
import type { OpenedModel } from "./openedModel.ts";
import { preprocessingIn } from "./preprocessingIn.ts";
import { readManifest } from "./readManifest.ts";

/** An exported model as predictors take it. */
export interface ExportedModel {
  description: Manifest["description"];
  runner: Runner;
}

/**
 * Opens what `detect export` wrote: onnxruntime-node runs an ONNX file, the engine a SavedModel, and tfjs's executor on the
 * engine a GraphModel.
 *
 * @throws AnchorkitError if it is something else, is damaged, or cannot be run, and for options that it has not
 */
export async function openExported(
  exported: Exported,
  { precision = "auto", batch = undefined as number | undefined } = {},
): Promise<ExportedModel> {
  const { place, form } = exported;
  const manifest = await readManifest(exported);
  if (precision !== "auto") {
    throw new AnchorkitError(`${place}: an exported model has its own precision; leave out --precision ${precision}`);
  }
  if (batch !== undefined && batch !== manifest.batch && form !== "saved-model") {
    throw new AnchorkitError(`${place}: was exported for batches of ${manifest.batch}, and cannot take ${batch}`);
  }
  await loadEngine({ engine: "auto" }); // holds what goes in and comes out
  const opened = await OPEN[form](place);
  const asked = form === "saved-model" ? (batch ?? ANY_BATCH) : manifest.batch;
  return { description: manifest.description, runner: exportedRunner(opened, manifest, asked) };
}

/** An exported model as predictors ask it: with images on the canvas, and that as the images' size where sizes are asked for. */
function exportedRunner(opened: OpenedModel, { description, anySize }: Manifest, batch: number): Runner {
  const { canvas } = preprocessingIn(description) ?? {};
  return {
    batch,
    async run(inputs) {
      const sizes = opened.takes("sizes") ? canvasSizes(description, batch) : undefined;
      const images =
        anySize && canvas && inputs.images && unpackedBytes(inputs.images, [batch, canvas.height, canvas.width, 3]);
      try {
        return await opened.run({ ...inputs, ...(images && { images }), ...(sizes && { sizes }) });
      } finally {
        tf.dispose([sizes, images]);
      }
    },
    dispose() {
      void opened.close();
    },
  };
}

/** Samples that are asked for at once of what takes any number. */
const ANY_BATCH = 8;

const OPEN: Readonly<Record<Exported["form"], (place: string) => Promise<OpenedModel>>> = {
  async onnx(file) {
    return (await import("./onnx/onnxSession.ts")).openOnnx(file);
  },
  async "saved-model"(folder) {
    return (await import("./savedModel/openSavedModel.ts")).openSavedModel(folder);
  },
  async tfjs(folder) {
    const [weights, model] = await Promise.all([
      readFile(join(folder, "weights.bin")),
      readFile(join(folder, "model.json")),
    ]);
    return (await import("./graphModel/openGraphModel.ts")).openGraphModel({
      "weights.bin": weights,
      "model.json": model,
    });
  },
};
