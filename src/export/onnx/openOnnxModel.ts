import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { loadEngine } from "../../engine/load.ts";
import type { Runner } from "../../engine/graph/step.ts";
import { Manifest, MANIFEST_KEY } from "../manifest.ts";
import { readOnnxMetadata } from "./onnxMetadata.ts";
import { openOnnx } from "./onnxSession.ts";

/** An exported model that onnxruntime runs, as predictors take it. */
export interface OnnxModel {
  description: Manifest["description"];
  runner: Runner;
}

/** Where the sizes of images are asked for, that of the canvas is given: predictors take boxes on the canvas. */
const Canvas = z.looseObject({
  preprocessing: z.looseObject({ canvas: z.object({ width: z.number(), height: z.number() }) }),
});

/**
 * Opens an ONNX file that `detect export` wrote.
 *
 * @throws AnchorkitError if it is another file, is damaged, or cannot be run, and for options that it has not
 */
export async function openOnnxModel(
  path: string,
  { precision = "auto", batch }: { precision?: string; batch?: number },
): Promise<OnnxModel> {
  const manifest = await readManifest(path);
  if (precision !== "auto") {
    throw new AnchorkitError(`${path}: an exported file has its own precision; leave out --precision ${precision}`);
  }
  if (batch !== undefined && batch !== manifest.batch) {
    throw new AnchorkitError(`${path}: was exported for batches of ${manifest.batch}, and cannot take ${batch}`);
  }
  await loadEngine({ engine: "auto" }); // holds what goes in and comes out
  const session = await openOnnx(path);
  const { canvas } = Canvas.safeParse(manifest.description).data?.preprocessing ?? {};
  return {
    description: manifest.description,
    runner: {
      batch: manifest.batch,
      async run(inputs) {
        const sizes = canvas && session.takes("sizes") && tf.tile(tf.tensor2d([[canvas.width, canvas.height]]), [manifest.batch, 1]); // prettier-ignore
        try {
          return await session.run({ ...inputs, ...(sizes && { sizes }) });
        } finally {
          tf.dispose(sizes);
        }
      },
      dispose() {
        void session.close();
      },
    },
  };
}

/**
 * What an exported file says of itself.
 *
 * @throws AnchorkitError if anchorkit has not written it
 */
export async function readManifest(path: string): Promise<Manifest> {
  const text = (await readOnnxMetadata(path)).get(MANIFEST_KEY);
  if (text === undefined) {
    throw new AnchorkitError(
      `${path}: was not written by detect export, so that nothing is known of what it takes and gives`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AnchorkitError(`${path}: what it says of itself is damaged`);
  }
  return checked(value, Manifest, `${path}: what it says of itself`);
}
