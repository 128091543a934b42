import { AnchorkitError } from "../../base/errors.ts";
import { defined } from "../../base/defined.ts";
import { type Exported, exportedAt } from "../../export/exportedForm.ts";
import { openModel, type Predictor } from "../../models.ts";
import type { Answer, ImageModel, Opened, OpenTask } from "./messages.ts";

/** A model, compiled for batches of several sizes. */
export interface SizedModels {
  opened: Opened;
  /** The model that computes so many images: the smallest that they fit in. */
  forBatch(images: number): ImageModel | undefined;
}

/**
 * Opens a model once for each size of a batch: 1, 2, 4 and so on to the largest. A batch is then computed by one that is
 * hardly larger than it. An ONNX file or a GraphModel has the one size that it was exported with.
 *
 * @throws AnchorkitError if the model cannot be opened, or looks at more than one image at a time
 */
export async function openSizes({ path, maxBatch, engine, precision }: OpenTask): Promise<SizedModels> {
  const options = defined({ engine, precision });
  const exported = exportedAt(path);
  const takesAny = !exported || exported.form === "saved-model";
  const sizes = takesAny ? powersOfTwo(maxBatch) : [await exportedBatch(exported)];
  const models: ImageModel[] = [];
  for (const batch of sizes) models.push(requireImages(await openModel(path, { ...options, batch }), path));
  for (const model of models) await model.predictFitted([]); // what runs it prepares itself
  const [{ kind, description }] = models as [ImageModel];
  return {
    opened: { kind, description, sizes },
    forBatch: (images) => models[sizes.findIndex((size) => size >= images)],
  };
}

async function exportedBatch(exported: Exported): Promise<number> {
  const { readManifest } = await import("../../export/readManifest.ts");
  return (await readManifest(exported)).batch;
}

function powersOfTwo(most: number): number[] {
  const sizes = [];
  for (let size = 1; size < most; size *= 2) sizes.push(size);
  return [...sizes, most];
}

/** @throws AnchorkitError for a model whose input is not one image */
function requireImages(model: Predictor, path: string): ImageModel {
  if (model.kind !== "clips" && model.kind !== "forecasting") return model;
  const of = { clips: "clips of several images", forecasting: "series of numbers" } satisfies Record<
    Exclude<Predictor["kind"], Answer["kind"]>,
    string
  >;
  throw new AnchorkitError(`${path}: its model takes ${of[model.kind]}; only models of single images can be served`);
}
