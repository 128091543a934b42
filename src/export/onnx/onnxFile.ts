import { freezeStep } from "../../engine/graph/frozenGraph.ts";
import { MANIFEST_KEY, manifestOf, type Trained } from "../manifest.ts";
import type { PortableModel } from "../portableModel.ts";
import { encodeOnnx, type OnnxModel } from "./onnxModel.ts";
import { toOnnx } from "./toOnnx.ts";

/**
 * A model as the bytes of an ONNX file; two of the same model are equal.
 *
 * @param trained what the file is to say of its training
 * @throws AnchorkitError that names an op which cannot be written, and the weight before it; or if the engine is not native
 *   TensorFlow
 */
export async function onnxFile(model: PortableModel, trained?: Trained): Promise<Uint8Array> {
  return encodeOnnx(await onnxModel(model, trained));
}

export async function onnxModel(model: PortableModel, trained?: Trained): Promise<OnnxModel> {
  const graph = await freezeStep(model.step, model.weights, "native");
  const manifest = manifestOf(model, trained);
  const metadata = {
    [MANIFEST_KEY]: JSON.stringify(manifest),
    task: model.kind,
    classes: JSON.stringify(manifest.description.classes),
  };
  const header = { name: model.description.model, version: manifest.anchorkit, metadata };
  return toOnnx(graph, header);
}
