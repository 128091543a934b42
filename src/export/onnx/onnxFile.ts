import { AnchorkitError } from "../../base/errors.ts";
import { freezeStep } from "../../engine/graph/frozenGraph.ts";
import { MANIFEST_KEY, manifestOf, type Trained } from "../manifest.ts";
import { IMAGES, type PortableModel } from "../portableModel.ts";
import { type Quantization, quantize } from "../quantize/quantize.ts";
import { type Filled, withAnySize } from "./anySize.ts";
import { encodeOnnx } from "./onnxModel.ts";
import { toOnnx } from "./toOnnx.ts";

/** How a model is written as an ONNX file. */
export interface OnnxFileOptions {
  /** In what form its numbers are kept; float32 unless told. */
  quantization?: Quantization;
  /** Whether it takes images of any one size in place of those on the canvas, and their sizes; see `withAnySize`. */
  anySize?: boolean;
}

/**
 * A model as the bytes of an ONNX file; two of the same model are equal.
 *
 * @param trained what the file is to say of its training
 * @throws AnchorkitError that names an op which cannot be written, and the weight before it; or if the engine is not native
 *   TensorFlow; for `int8` without onnxruntime-node; for `anySize` of a model that says something of pixels, or takes none
 */
export async function onnxFile(
  model: PortableModel,
  trained?: Trained,
  { quantization, anySize = false }: OnnxFileOptions = {},
): Promise<Uint8Array> {
  const framing = anySize ? framingOf(model) : undefined;
  const graph = await freezeStep(model.step, model.weights, "native");
  const told = framing ? ofAnySize(model) : model;
  const manifest = { ...manifestOf(told, trained, quantization?.form), ...(framing && { anySize: true }) };
  const metadata = {
    [MANIFEST_KEY]: JSON.stringify(manifest),
    task: model.kind,
    classes: JSON.stringify(manifest.description.classes),
    ...(quantization && { quantization: quantization.form }),
  };
  const header = { name: model.description.model, version: manifest.anchorkit, metadata };
  const written = toOnnx(graph, header);
  const kept = quantization ? await quantize(written, quantization) : written;
  return encodeOnnx(framing ? withAnySize(kept, framing) : kept);
}

/** @throws AnchorkitError for a model whose images cannot be of any size */
function framingOf({ kind, preprocessing }: PortableModel): Filled {
  if (preprocessing && kind !== "segmentation") return preprocessing;
  throw new AnchorkitError(
    `images of any size (--any-size) are for detectors and classifiers of images: a model for ${kind} answers about its canvas`,
  );
}

/** A model as it is described where it is told no sizes. */
function ofAnySize(model: PortableModel): PortableModel {
  const inputs = Object.entries(model.inputs).filter(([, { says }]) => says !== "size");
  const images = { ...IMAGES, meaning: "red, green and blue, 0 to 255, of images of any one size" };
  return { ...model, inputs: { ...Object.fromEntries(inputs), images } };
}
