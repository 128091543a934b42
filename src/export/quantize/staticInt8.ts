import type { OnnxModel, OnnxNode, OnnxTensor } from "../onnx/onnxModel.ts";
import type { Range } from "./histogram.ts";
import { type Plan, planOf } from "./plan.ts";
import { roundWeights } from "./roundWeights.ts";
import { floatsOf, tensorOf } from "./tensors.ts";

/** How values are rounded to 8 bits: value = scale · (whole - zero). */
interface Rounding {
  scale: number;
  zero: number;
}

/**
 * Weights are rounded to 7 bits: where a processor has no instructions for sums of four products (VNNI), two products of
 * 8 bits each are added up in 16, which 8 bits of weights would not fit in.
 */
const LARGEST_WEIGHT = 64;

/** The largest whole number that a bias may come to. */
const LARGEST_BIAS = 2 ** 30;

/** The values whose ranges `staticInt8` asks for. */
export function valuesToCalibrate({ graph }: OnnxModel): string[] {
  const { made, taken, alike } = planOf(graph);
  return [...taken, ...made].filter((name) => !alike.has(name));
}

/**
 * A model whose convolutions and products of matrices, and what lies between them, are computed in whole numbers of 8 bits:
 * each such value is followed by QuantizeLinear and DequantizeLinear (ONNX's QDQ form), which runtimes take together with the
 * operators between them. Values are unsigned, with a scale and a zero for each tensor; weights signed and symmetric, with a scale for
 * each channel; biases have 32 bits (Jacob et al., "Quantization and Training of Neural Networks for Efficient
 * Integer-Arithmetic-Only Inference", 2018).
 *
 * @param ranges of the values that `valuesToCalibrate` names
 */
export function staticInt8(model: OnnxModel, ranges: ReadonlyMap<string, Range>): OnnxModel {
  const plan = planOf(model.graph);
  const { nodes, made, taken } = plan;
  const constants = new Map(model.graph.constants.map((tensor) => [tensor.name, tensor]));
  const added = new Map<string, OnnxTensor>();
  const add = (tensor: OnnxTensor): string => {
    added.set(tensor.name, tensor);
    return tensor.name;
  };
  const written: OnnxNode[] = [];
  for (const node of model.graph.nodes) {
    const isInt8 = nodes.has(node);
    const inputs = node.inputs.map((name) => (made.has(name) || (isInt8 && taken.has(name)) ? `${name}/int8` : name));
    if (isInt8 && constants.has(node.inputs[1] ?? "")) {
      const { scale } = roundingOf(node.inputs[0] ?? "", plan, ranges);
      const [weights, bias] = [1, 2].map((i) => constants.get(node.inputs[i] ?? ""));
      const rounded = roundedWeights(node, weights as OnnxTensor, bias, scale);
      written.push(...rounded.map(({ node: one, tensors }) => (tensors.forEach(add), one)));
      rounded.forEach(({ node: one }, i) => (inputs[i + 1] = one.outputs[0] ?? ""));
    }
    written.push({ ...node, inputs });
    for (const name of node.outputs) {
      if (!made.has(name) && !taken.has(name)) continue;
      const { scale, zero } = roundingOf(name, plan, ranges);
      const parameters = [
        add(tensorOf(`${name}/scale`, "float32", [], Float32Array.of(scale))),
        add(tensorOf(`${name}/zero`, "uint8", [], Uint8Array.of(zero))),
      ];
      written.push(
        { op: "QuantizeLinear", inputs: [name, ...parameters], outputs: [`${name}/rounded`], attributes: {} },
        { op: "DequantizeLinear", inputs: [`${name}/rounded`, ...parameters], outputs: [`${name}/int8`], attributes: {} }, // prettier-ignore
      );
    }
  }
  const used = new Set(written.flatMap(({ inputs }) => inputs));
  const kept = model.graph.constants.filter(({ name }) => used.has(name) || !isTakenAtTop(name, model));
  return { ...model, graph: { ...model.graph, nodes: written, constants: [...kept, ...added.values()] } };
}

/** Weights and bias of a node in whole numbers, each with the node that makes numbers of float32 of it. */
function roundedWeights(
  { op, attributes }: OnnxNode,
  weights: OnnxTensor,
  bias: OnnxTensor | undefined,
  scale: number,
): { node: OnnxNode; tensors: OnnxTensor[] }[] {
  const axis = op === "Conv" || attributes.transB === 1 ? 0 : 1;
  const { values, scales } = roundWeights({ tensor: weights, axis }, LARGEST_WEIGHT);
  const sums = bias && floatsOf(bias);
  const result = [
    dequantized(`${weights.name}/int8`, tensorOf("", "int8", weights.shape, values), scales, axis),
  ];
  if (bias && sums) {
    const steps = scales.map((one) => one * scale);
    const whole = Int32Array.from(sums, (b, c) => clipped(Math.round(b / (steps[c] as number)), LARGEST_BIAS));
    result.push(dequantized(`${bias.name}/${weights.name}/int32`, tensorOf("", "int32", bias.shape, whole), steps, 0));
  }
  return result;
}

function dequantized(
  name: string,
  tensor: OnnxTensor,
  scales: Float32Array,
  axis: number,
): { node: OnnxNode; tensors: OnnxTensor[] } {
  const scale = tensorOf(`${name}/scale`, "float32", [scales.length], scales);
  const zeros = tensor.type === "int8" ? new Int8Array(scales.length) : new Int32Array(scales.length);
  const zero = tensorOf(`${name}/zero`, tensor.type, [scales.length], zeros);
  const inputs = [name, scale.name, zero.name];
  return {
    node: { op: "DequantizeLinear", inputs, outputs: [`${name}/value`], attributes: { axis } },
    tensors: [{ ...tensor, name }, scale, zero],
  };
}

function roundingOf(name: string, { alike }: Plan, ranges: ReadonlyMap<string, Range>): Rounding {
  const same = alike.get(name);
  if (same !== undefined) return roundingOf(same, { alike } as Plan, ranges);
  const range = ranges.get(name);
  if (!range) throw new Error(`${name} has no range`);
  const { low, high } = range;
  const scale = Math.fround((high - low) / 255) || 1;
  return { scale, zero: clipped(Math.round(-low / scale), 255) };
}

function clipped(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

/** Whether a constant is taken by a node that is in no loop. */
function isTakenAtTop(name: string, { graph }: OnnxModel): boolean {
  return graph.nodes.some(({ inputs }) => inputs.includes(name));
}
