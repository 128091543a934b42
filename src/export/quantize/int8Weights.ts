import { ONNX_TYPE, type OnnxModel } from "../onnx/onnxModel.ts";
import { roundWeights } from "./roundWeights.ts";
import { tensorOf } from "../onnx/tensors.ts";
import { withWeights } from "./weights.ts";

/**
 * A model whose weights are kept as whole numbers of 8 bits with a scale for each channel: about a quarter of the size, and
 * every number computed in float32. They are cast and multiplied rather than given to DequantizeLinear, which is the same:
 * onnxruntime does that once, when it opens the file, and DequantizeLinear anew for every image.
 */
export function int8Weights(model: OnnxModel): OnnxModel {
  return withWeights(model, (weights) => {
    const { name, shape } = weights.tensor;
    const { values, scales } = roundWeights(weights, 127);
    const along = shape.map((_, axis) => (axis === weights.axis ? scales.length : 1));
    const whole = tensorOf(`${name}/int8`, "int8", shape, values);
    const scale = tensorOf(`${name}/scale`, "float32", along, scales);
    const cast = `${name}/cast`;
    return {
      constants: [whole, scale],
      nodes: [
        { op: "Cast", inputs: [whole.name], outputs: [cast], attributes: { to: ONNX_TYPE.float32 } },
        { op: "Mul", inputs: [cast, scale.name], outputs: [name], attributes: {} },
      ],
    };
  });
}
