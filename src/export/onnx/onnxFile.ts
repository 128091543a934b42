import { freezeStep } from "../../engine/graph/frozenGraph.ts";
import { MANIFEST_KEY, manifestOf, type Trained } from "../manifest.ts";
import type { PortableModel } from "../portableModel.ts";
import { type Quantization, quantize } from "../quantize/quantize.ts";
import { encodeOnnx } from "./onnxModel.ts";
import { toOnnx } from "./toOnnx.ts";

/**
 * A model as the bytes of an ONNX file; two of the same model are equal.
 *
 * @param trained what the file is to say of its training
 * @param quantization in what form its numbers are kept; float32 unless told
 * @throws AnchorkitError that names an op which cannot be written, and the weight before it; or if the engine is not native
 *   TensorFlow; for `int8` without onnxruntime-node
 */
export async function onnxFile(
  model: PortableModel,
  trained?: Trained,
  quantization?: Quantization,
): Promise<Uint8Array> {
  const graph = await freezeStep(model.step, model.weights, "native");
  const manifest = manifestOf(model, trained, quantization?.form);
  const metadata = {
    [MANIFEST_KEY]: JSON.stringify(manifest),
    task: model.kind,
    classes: JSON.stringify(manifest.description.classes),
    ...(quantization && { quantization: quantization.form }),
  };
  const header = { name: model.description.model, version: manifest.anchorkit, metadata };
  const written = toOnnx(graph, header);
  return encodeOnnx(quantization ? await quantize(written, quantization) : written);
}
