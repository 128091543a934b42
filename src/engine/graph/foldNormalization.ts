import { constantOf } from "./constants.ts";
import { type Attribute, DATA_TYPE, type GraphNode } from "./graphDef.ts";

/** Output channels are the last of a kernel's dimensions, or the last two. */
const CONVOLUTIONS = new Set(["Conv2D", "DepthwiseConv2dNative"]);

/** The latter is what TensorFlow computes; tfjs's own op is recorded under the former's name. */
const NORMALIZATIONS = new Set(["FusedBatchNorm", "FusedBatchNormV3"]);

const ADDITIONS = new Set(["BiasAdd", "Add", "AddV2"]);

/**
 * The same graph with each normalisation of fixed statistics made part of the convolution before it (Jacob et al.,
 * "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, section 3.2):
 * with s = gamma / sqrt(variance + epsilon), the kernel is multiplied by s, and beta - s * mean is added behind it.
 * TensorFlow computes that addition and the activation after it within the convolution. On its own it does so for
 * Conv2D alone, and passes over every map of a depthwise convolution two times more.
 *
 * Only where all of these numbers are constants of the graph, and nothing else uses what lies between.
 *
 * @param kept sources that the graph's outputs take
 */
export function foldNormalization(nodes: readonly GraphNode[], kept: ReadonlySet<string>): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const uses = new Map<string, number>();
  for (const source of [...kept, ...nodes.flatMap(({ input }) => input)]) uses.set(source, (uses.get(source) ?? 0) + 1);
  const maker = (source = ""): GraphNode | undefined => byName.get(source.slice(0, source.lastIndexOf(":")));
  const usedOnce = ({ name }: GraphNode): boolean => uses.get(`${name}:0`) === 1;

  const folded = new Map<GraphNode, GraphNode[]>();
  for (const node of nodes) {
    if (!NORMALIZATIONS.has(node.op) || isTraining(node)) continue;
    if ([1, 2, 3, 4, 5].some((output) => uses.has(`${node.name}:${output}`))) continue;
    const before = maker(node.input[0]);
    const addition = before && ADDITIONS.has(before.op) ? before : undefined;
    const convolution = addition ? maker(addition.input[0]) : before;
    if (!convolution || !CONVOLUTIONS.has(convolution.op) || !usedOnce(convolution)) continue;
    if (addition && !usedOnce(addition)) continue;
    const kernel = maker(convolution.input[1]);
    const [gamma, beta, mean, variance] = node.input.slice(1).map((source) => floatsOf(maker(source)));
    const values = floatsOf(kernel);
    const bias = addition ? floatsOf(maker(addition.input[1])) : new Float32Array(gamma?.length ?? 0);
    if (!kernel || !values || !gamma || !beta || !mean || !variance || bias?.length !== gamma.length) continue;

    const scale = gamma.map((g, i) => g / Math.sqrt((variance[i] as number) + epsilonOf(node)));
    const shift = beta.map((b, i) => b + (scale[i] as number) * ((bias[i] as number) - (mean[i] as number)));
    const scaled = values.map((value, i) => value * (scale[i % scale.length] as number));
    const newKernel = withFloats(kernel, `${kernel.name}/${convolution.name}`, scaled);
    const newShift = withFloats(maker(node.input[2]) as GraphNode, `${node.name}/shift`, shift);
    const input = [convolution.input[0] as string, `${newKernel.name}:0`];
    const sum = [`${convolution.name}:0`, `${newShift.name}:0`];
    folded.set(convolution, [newKernel, { ...convolution, input }]);
    if (addition) folded.set(addition, []);
    folded.set(node, [
      newShift,
      { name: node.name, op: "BiasAdd", input: sum, attr: { T: { type: DATA_TYPE.float32 } } },
    ]);
  }
  return nodes.flatMap((node) => folded.get(node) ?? [node]);
}

function isTraining({ attr: { is_training: value } }: GraphNode): boolean {
  return !value || !("b" in value) || value.b;
}

function epsilonOf({ attr: { epsilon: value } }: GraphNode): number {
  return value && "f" in value ? value.f : NaN;
}

/** The values of a constant node of float32. */
function floatsOf(node: GraphNode | undefined): Float32Array | undefined {
  const values = node && constantOf(node)?.values;
  return values instanceof Float32Array ? values : undefined;
}

/** A constant node like another, of other values. */
function withFloats({ attr }: GraphNode, name: string, values: Float32Array): GraphNode {
  const { tensor } = attr.value as Extract<Attribute, { tensor: unknown }>;
  const tensorContent = new Uint8Array(values.buffer);
  return { name, op: "Const", input: [], attr: { ...attr, value: { tensor: { ...tensor, tensorContent } } } };
}
