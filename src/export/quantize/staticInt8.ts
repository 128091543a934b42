import { withBodies, type OnnxModel, type OnnxNode, type OnnxTensor } from "../onnx/onnxModel.ts";
import type { Range } from "./histogram.ts";
import { type Plan, planOf } from "./plan.ts";
import { roundLayer } from "./roundLayer.ts";
import { tensorOf } from "../onnx/tensors.ts";

/** The largest whole number that a value is rounded to. */
const LARGEST = 255;

/** The values whose ranges `staticInt8` asks for. */
export function valuesToCalibrate({ graph }: OnnxModel): string[] {
  const { made, taken, alike } = planOf(graph);
  return [...taken, ...made].filter((name) => !alike.has(name));
}

/**
 * A model whose convolutions and products of matrices, and what lies between them, are computed in whole numbers of 8 bits:
 * each value there is followed by QuantizeLinear and DequantizeLinear (ONNX's QDQ form), which runtimes take together with
 * the operators between them. Values are unsigned, value = scale · (whole - zero) with a scale and a zero for each tensor;
 * weights are signed and symmetric, with a scale for each channel; biases have 32 bits (Jacob et al., "Quantization and
 * Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018).
 *
 * @param ranges of the values that `valuesToCalibrate` names
 */
export function staticInt8(model: OnnxModel, ranges: ReadonlyMap<string, Range>): OnnxModel {
  const { graph } = model;
  const plan = planOf(graph);
  const constants = new Map(graph.constants.map((tensor) => [tensor.name, tensor]));
  const nodes = new Map<string, OnnxNode>(); // by what they give
  const write = (...all: OnnxNode[]): void => {
    for (const node of all) nodes.set(node.outputs[0] ?? "", node);
  };
  const keep = (...tensors: OnnxTensor[]): void => {
    for (const tensor of tensors) constants.set(tensor.name, tensor);
  };
  for (const node of graph.nodes) {
    const [x = "", weights = "", bias = ""] = node.inputs;
    const isInt8 = plan.nodes.has(node);
    const inputs = node.inputs.map((name) => {
      return plan.made.has(name) || (isInt8 && plan.taken.has(name)) ? roundedName(name) : name;
    });
    const kernel = isInt8 ? constants.get(weights) : undefined;
    if (kernel) {
      const { scale } = roundingOf(x, plan, ranges);
      roundLayer(node, kernel, constants.get(bias), scale).forEach(({ node: one, tensors }, i) => {
        keep(...tensors);
        write(one);
        inputs[i + 1] = one.outputs[0] ?? "";
      });
    }
    write({ ...node, inputs });
    for (const name of node.outputs) {
      if (!plan.made.has(name) && !plan.taken.has(name)) continue;
      const { scale, zero } = roundingOf(name, plan, ranges);
      const parameters = [
        tensorOf(`${name}/scale`, "float32", [], Float32Array.of(scale)),
        tensorOf(`${name}/zero`, "uint8", [], Uint8Array.of(zero)),
      ];
      keep(...parameters);
      const [whole, names] = [`${name}/whole`, parameters.map((tensor) => tensor.name)];
      write({ op: "QuantizeLinear", inputs: [name, ...names], outputs: [whole], attributes: {} });
      write({ op: "DequantizeLinear", inputs: [whole, ...names], outputs: [roundedName(name)], attributes: {} });
    }
  }
  const all = [...nodes.values()];
  const used = new Set(withBodies(all).flatMap(({ inputs }) => inputs));
  const kept = [...constants.values()].filter(({ name }) => used.has(name));
  return { ...model, graph: { ...graph, nodes: all, constants: kept } };
}

function roundedName(name: string): string {
  return `${name}/rounded`;
}

/** How a value is rounded: value = scale · (whole - zero). */
function roundingOf(name: string, { alike }: Pick<Plan, "alike">, ranges: ReadonlyMap<string, Range>) {
  let source = name;
  for (let same = alike.get(source); same !== undefined; same = alike.get(source)) source = same;
  const range = ranges.get(source);
  if (!range) throw new Error(`${source} has no range`);
  const scale = Math.fround((range.high - range.low) / LARGEST) || 1;
  return { scale, zero: Math.min(LARGEST, Math.round(-range.low / scale)) };
}
