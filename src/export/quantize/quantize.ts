import type { NamedTensors } from "../../engine/graph/step.ts";
import type { OnnxModel } from "../onnx/onnxModel.ts";
import { calibrate } from "./calibrate.ts";
import type { QuantizationForm } from "./forms.ts";
import { halfWeights } from "./halfWeights.ts";
import { int8Weights } from "./int8Weights.ts";
import { staticInt8, valuesToCalibrate } from "./staticInt8.ts";

/**
 * In what form an exported model keeps and computes its numbers: weights as half floats (`half`); weights as whole numbers of
 * 8 bits (`int8-weights`); or values, too, between the layers, whose ranges are taken from `samples`, inputs of the model
 * (`int8`).
 */
export type Quantization =
  { form: Exclude<QuantizationForm, "int8"> } | { form: "int8"; samples: readonly NamedTensors[] };

/**
 * The same model in another form.
 *
 * @throws AnchorkitError for `int8` without onnxruntime-node
 */
export async function quantize(model: OnnxModel, quantization: Quantization): Promise<OnnxModel> {
  if (quantization.form === "int8") {
    return int8Weights(staticInt8(model, await calibrate(model, valuesToCalibrate(model), quantization.samples)));
  }
  return quantization.form === "half" ? halfWeights(model) : int8Weights(model);
}
