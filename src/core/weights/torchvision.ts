import { AnchorkitError } from "../../base/errors.ts";
import type { NamedValues, WeightValue } from "../namedWeights.ts";
import { widthOf, type WeightFile } from "./recognise.ts";
import { TORCHVISION, type Module } from "./torchvisionNames.ts";

/** What training tools wrap a network's names in. */
const WRAPPERS = /^((module|model|state_dict|model_state_dict|_orig_mod)\.)+/;

/** What our weights of a module are called. */
const WEIGHTS: Readonly<Record<Module["kind"], Readonly<Record<string, string>>>> = {
  conv: { weight: "kernel", bias: "bias" },
  depthwise: { weight: "depthwise_kernel", bias: "bias" },
  norm: { weight: "gamma", bias: "beta", running_mean: "moving_mean", running_var: "moving_variance" },
};

/** Relations of the networks, by a tensor that only they have, or have in this number of outputs. */
const OTHERS: readonly { has: string; outputs?: number; what: string }[] = [
  { has: "layer3.6.conv1.weight", what: "a ResNet of 101 or more layers" },
  { has: "layer1.0.conv1.weight", outputs: 128, what: "a wide ResNet or a ResNeXt" },
  { has: "features.1.running_mean", what: "a VGG with batch normalisation" },
  { has: "features.34.weight", what: "VGG19" },
  { has: "features.1.1.block.0.0.weight", what: "EfficientNet-B1 or larger" },
];

/**
 * Weights of torchvision's by our names and layouts; undefined: they have the names of no network that is a backbone.
 * Kernels are turned to [h, w, inputs, outputs] from [outputs, inputs, h, w]. Left out are the classifier and whatever
 * else stands beside the network; how many batches normalisation has seen is no weight, and passed by.
 *
 * @param path how messages begin
 * @throws AnchorkitError for a network of torchvision's that is no backbone, by its name
 */
export function fromTorchvision(path: string, given: NamedValues): WeightFile | undefined {
  const tensors = new Map([...given].map(([name, value]) => [name.replace(WRAPPERS, ""), value]));
  const other = OTHERS.find(({ has, outputs }) => {
    const found = tensors.get(has);
    return found !== undefined && (outputs === undefined || found.shape[0] === outputs);
  });
  if (other) throw noBackbone(path, other.what);
  const [network] = TORCHVISION.filter(({ modules }) =>
    [...modules.keys()].every((name) => tensors.has(`${name}.weight`)),
  ).toSorted((a, b) => b.modules.size - a.modules.size); // ResNet-34 has all that ResNet-18 has
  if (!network) return undefined;
  if (network.model === "vgg16" && isEmpty(tensors.get("classifier.0.weight"))) {
    throw noBackbone(path, "VGG16's features alone, which were trained on other pixels");
  }
  const parts = new Set([...network.modules.keys()].map(firstPart));
  const weights = new Map<string, WeightValue>();
  const leftOut = new Set<string>();
  const strange: string[] = [];
  for (const [name, value] of tensors) {
    const dot = name.lastIndexOf(".");
    const [owner, kind] = [name.slice(0, dot), name.slice(dot + 1)];
    const module = network.modules.get(owner);
    const weight = module && WEIGHTS[module.kind][kind];
    if (module && weight !== undefined) {
      const isKernel = module.kind !== "norm" && kind === "weight";
      weights.set(`${module.layer}/${weight}`, isKernel ? kernelOf(value, module.kind) : value);
    } else if (kind === "num_batches_tracked") continue;
    else if (parts.has(firstPart(name))) strange.push(name);
    else leftOut.add(owner);
  }
  if (strange.length > 0) throw noBackbone(path, `something else than ${network.model}: it has ${shown(strange)}, too`);
  const { model, backbone } = network;
  const width = widthOf(backbone, new Map([...weights].map(([name, { shape }]) => [name, shape])));
  return {
    network: { model: `torchvision's ${model}`, backbone, publisher: "torchvision", width },
    weights,
    leftOut: [...leftOut],
  };
}

/** `layer1` of `layer1.0.conv1`. */
function firstPart(name: string): string {
  return name.split(".", 1)[0] ?? "";
}

/** Whether a tensor is there and has no numbers but 0. */
function isEmpty(tensor: WeightValue | undefined): boolean {
  return tensor !== undefined && tensor.values.length > 0 && tensor.values.every((value) => !value); // NaN, too
}

/** [outputs, inputs, h, w] -> [h, w, inputs, outputs], or of a depthwise convolution [h, w, channels, 1]. */
function kernelOf({ shape, values }: WeightValue, kind: Module["kind"]): WeightValue {
  const [outputs = 1, inputs = 1, height = 1, width = 1] = shape;
  const area = height * width;
  const turned = new Float32Array(values.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const from = (o * inputs + i) * area;
      for (let k = 0; k < area; k++) turned[(k * inputs + i) * outputs + o] = values[from + k] ?? NaN;
    }
  }
  const channels = kind === "depthwise" ? [outputs, inputs] : [inputs, outputs];
  return { shape: [height, width, ...channels], values: turned };
}

function noBackbone(path: string, what: string): AnchorkitError {
  const known = TORCHVISION.map(({ model }) => model).join(", ");
  return new AnchorkitError(
    `${path}: holds weights of ${what}, which no backbone takes; known are torchvision's ${known}`,
  );
}

function shown(names: readonly string[]): string {
  const more = names.length - 2;
  return names.slice(0, 2).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
