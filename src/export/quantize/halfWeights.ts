import { halvesFromFloats, LARGEST_HALF } from "../../base/halfFloats.ts";
import { ONNX_TYPE, type OnnxModel } from "../onnx/onnxModel.ts";
import { floatsOf, tensorOf } from "../onnx/tensors.ts";
import { withWeights } from "./weights.ts";

/**
 * A model whose weights are kept as half floats, and cast to float32 before they are used, which runtimes do once, when they
 * open the file: half the size, and every number computed in float32. Weights that are too large for half floats stay as they
 * are.
 */
export function halfWeights(model: OnnxModel): OnnxModel {
  return withWeights(model, ({ tensor }) => {
    const values = floatsOf(tensor);
    if (values.some((value) => Math.abs(value) > LARGEST_HALF)) return undefined;
    const half = tensorOf(`${tensor.name}/half`, "float16", tensor.shape, halvesFromFloats(values));
    const attributes = { to: ONNX_TYPE.float32 };
    return { constants: [half], nodes: [{ op: "Cast", inputs: [half.name], outputs: [tensor.name], attributes }] };
  });
}
