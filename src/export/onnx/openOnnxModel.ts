import * as tf from "@tensorflow/tfjs";
import { checked } from "../../base/checked.ts";
import { AnchorkitError } from "../../base/errors.ts";
import type { Size } from "../../base/preprocessing.ts";
import { unpackedBytes } from "../../core/ops/bytes.ts";
import { loadEngine } from "../../engine/load.ts";
import type { Runner } from "../../engine/graph/step.ts";
import { canvasSizes } from "../canvasSizes.ts";
import { Manifest, MANIFEST_KEY } from "../manifest.ts";
import { readOnnxMetadata } from "./onnxMetadata.ts";
import { preprocessingIn } from "../preprocessingIn.ts";
import { openOnnx, type OnnxSession } from "./onnxSession.ts";

/** An exported model that onnxruntime runs, as predictors take it. */
export interface OnnxModel {
  description: Manifest["description"];
  runner: Runner;
}

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
  const { description } = manifest;
  return { description, runner: onnxRunner(await openOnnx(path), manifest) };
}

/** An exported model as predictors ask it: with images on the canvas, and that the images' size where sizes are asked for. */
function onnxRunner(session: OnnxSession, { batch, description, anySize }: Manifest): Runner {
  const { canvas } = preprocessingIn(description) ?? {};
  return {
    batch,
    async run(inputs) {
      const sizes = session.takes("sizes") ? canvasSizes(description, batch) : undefined;
      const images = anySize && canvas && inputs.images && onCanvas(inputs.images, canvas);
      try {
        return await session.run({ ...inputs, ...(images && { images }), ...(sizes && { sizes }) });
      } finally {
        tf.dispose([sizes, images]);
      }
    },
    dispose() {
      void session.close();
    },
  };
}

/** Images that were packed, as many as there are. */
function onCanvas(packed: tf.Tensor, { width, height }: Size): tf.Tensor {
  const shape = [height, width, 3];
  return unpackedBytes(packed, [Math.floor((4 * packed.size) / tf.util.sizeFromShape(shape)), ...shape]);
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
