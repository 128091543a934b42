import { AnchorkitError } from "../../../base/errors.ts";
import type { TextReader } from "../../../sequence/reading/textReader.ts";
import type { PredictorOptions } from "../../../training/predictorOptions.ts";
import { openPredictor } from "../openPredictor.ts";

/** @throws AnchorkitError if the model reads no text */
export async function openReader(weights: string, options: PredictorOptions): Promise<TextReader> {
  const model = await openPredictor(weights, options);
  if (model.kind === "reading") return model;
  model.dispose();
  throw new AnchorkitError(`${weights}: holds a model for ${model.kind}, and no reader (detect train --model crnn)`);
}
