import type { OnnxNode, OnnxTensor } from "../onnx/onnxModel.ts";
import { roundWeights } from "./roundWeights.ts";
import { floatsOf, tensorOf } from "../onnx/tensors.ts";

/**
 * Weights are rounded to 7 bits: processors without instructions for sums of four products (VNNI) add up two products of 8 bits
 * each in 16, where 255 · 127 · 2 does not fit.
 */
const LARGEST_WEIGHT = 64;

/** The largest whole number that a bias comes to: it is added to sums of 32 bits. */
const LARGEST_BIAS = 2 ** 30;

/** A constant in whole numbers, and the node that makes numbers of float32 of it. */
export interface RoundedConstant {
  node: OnnxNode;
  tensors: OnnxTensor[];
}

/**
 * The weights of a layer in whole numbers of 8 bits, and its bias in 32: in steps of the input's scale times that of the
 * channel's weights, as the sums are that it is added to.
 *
 * @param scale of the input
 */
export function roundLayer(
  { op, outputs, attributes }: OnnxNode,
  kernel: OnnxTensor,
  bias: OnnxTensor | undefined,
  scale: number,
): RoundedConstant[] {
  const axis = op === "Conv" || attributes.transB === 1 ? 0 : 1;
  const sums = bias && floatsOf(bias);
  const least = sums?.map((sum) => Math.abs(sum) / LARGEST_BIAS / scale);
  const { values, scales } = roundWeights({ tensor: kernel, axis }, LARGEST_WEIGHT, least);
  const layer = outputs[0] ?? "";
  const weights = tensorOf(`${layer}/weights`, "int8", kernel.shape, values);
  const rounded = [dequantized(weights, scales, new Int8Array(scales.length), axis)];
  if (bias && sums) {
    const steps = scales.map((step) => step * scale);
    const whole = Int32Array.from(sums, (sum, c) => Math.round(sum / (steps[c] as number)));
    const tensor = tensorOf(`${layer}/bias`, "int32", bias.shape, whole);
    rounded.push(dequantized(tensor, steps, new Int32Array(steps.length), 0));
  }
  return rounded;
}

/** onnxruntime takes a product of matrices together with its rounding only where zeros are written down. */
function dequantized(
  tensor: OnnxTensor,
  scales: Float32Array,
  zeros: Int8Array | Int32Array,
  axis: number,
): RoundedConstant {
  const scale = tensorOf(`${tensor.name}/scale`, "float32", [scales.length], scales);
  const zero = tensorOf(`${tensor.name}/zero`, tensor.type, [scales.length], zeros);
  const inputs = [tensor, scale, zero].map(({ name }) => name);
  return {
    node: { op: "DequantizeLinear", inputs, outputs: [`${tensor.name}/rounded`], attributes: { axis } },
    tensors: [tensor, scale, zero],
  };
}
