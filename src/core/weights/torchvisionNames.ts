import { efficientnetBlocks } from "../backbones/efficientnet.ts";
import type { InvertedResidual, Named } from "../backbones/invertedResidual.ts";
import { mobilenetV2Blocks } from "../backbones/mobilenetV2.ts";
import { mobilenetV3Blocks, type MobilenetV3Size } from "../backbones/mobilenetV3.ts";
import type { BackboneName } from "../backbones/names.ts";
import { resnetStages, type ResnetName } from "../backbones/resnet.ts";
import { VGG16_BLOCKS } from "../backbones/vgg16.ts";

/** Our layer that a module of torchvision's is, and how its weights are laid out. */
export interface Module {
  layer: string;
  kind: "conv" | "depthwise" | "norm";
}

/** A network of torchvision's by its function's name: each module with weights, but the classifier's. */
export interface TorchvisionNetwork {
  model: string;
  backbone: BackboneName;
  modules: ReadonlyMap<string, Module>;
}

/** The networks whose weights fit a backbone. */
export const TORCHVISION: readonly TorchvisionNetwork[] = [
  { model: "resnet18", backbone: "resnet18", modules: resnet("resnet18") },
  { model: "resnet34", backbone: "resnet34", modules: resnet("resnet34") },
  { model: "resnet50", backbone: "resnet50", modules: resnet("resnet50") },
  { model: "vgg16", backbone: "vgg16", modules: vgg16() },
  { model: "mobilenet_v2", backbone: "mobilenet-v2", modules: mobilenetV2() },
  { model: "mobilenet_v3_small", backbone: "mobilenet-v3-small", modules: mobilenetV3("small") },
  { model: "mobilenet_v3_large", backbone: "mobilenet-v3-large", modules: mobilenetV3("large") },
  { model: "efficientnet_b0", backbone: "efficientnet-b0", modules: efficientnet() },
];

/** `layer1.0.conv1`, `layer1.0.bn1`, …, `layer1.0.downsample.0`. */
function resnet(name: ResnetName): Map<string, Module> {
  const { counts, convolutions } = resnetStages(name);
  const modules = new Map(pair("conv1", "bn1", { conv: "conv1_conv", norm: "conv1_bn" }));
  const add = (conv: string, norm: string, layer: string): void => {
    for (const entry of pair(conv, norm, { conv: `${layer}_conv`, norm: `${layer}_bn` })) modules.set(...entry);
  };
  for (const [i, count] of counts.entries()) {
    for (let j = 0; j < count; j++) {
      const [module, layer] = [`layer${i + 1}.${j}`, `conv${i + 2}_block${j + 1}`];
      for (let k = 1; k <= convolutions; k++) add(`${module}.conv${k}`, `${module}.bn${k}`, `${layer}_${k}`);
      const hasShortcut = j === 0 && (i > 0 || convolutions === 3);
      if (hasShortcut) add(`${module}.downsample.0`, `${module}.downsample.1`, `${layer}_0`);
    }
  }
  return modules;
}

/** `features.0`, `features.2`, `features.5`, …: a ReLU follows each convolution, a pooling each block. */
function vgg16(): Map<string, Module> {
  const modules = new Map<string, Module>();
  let index = 0;
  for (const [i, channels] of VGG16_BLOCKS.entries()) {
    for (const j of channels.keys()) {
      modules.set(`features.${index}`, { layer: `block${i + 1}_conv${j + 1}`, kind: "conv" });
      index += 2;
    }
    index += 1;
  }
  return modules;
}

/** `features.2.conv.0.0`, whose projections stand by themselves (`features.2.conv.2`). */
function mobilenetV2(): Map<string, Module> {
  const blocks = mobilenetV2Blocks(1);
  return new Map([
    ...normed("features.0", { conv: "Conv1", norm: "bn_Conv1" }),
    ...blocks.flatMap(({ expanded, names }, i) => {
      const parts = [...(expanded === undefined ? [] : [names.expand]), names.depthwise];
      const module = `features.${i + 1}.conv`;
      return [
        ...parts.flatMap((part, k) => normed(`${module}.${k}`, part, part === names.depthwise)),
        ...pair(`${module}.${parts.length}`, `${module}.${parts.length + 1}`, names.project),
      ];
    }),
    ...normed(`features.${blocks.length + 1}`, { conv: "Conv_1", norm: "Conv_1_bn" }),
  ]);
}

/** `features.4.block.0.0`, `features.4.block.2.fc1`. */
function mobilenetV3(size: MobilenetV3Size): Map<string, Module> {
  const blocks = mobilenetV3Blocks(size, 1);
  return new Map([
    ...normed("features.0", { conv: "conv", norm: "conv_bn" }),
    ...blocks.flatMap((block, i) => residual(`features.${i + 1}.block`, block)),
    ...normed(`features.${blocks.length + 1}`, { conv: "conv_1", norm: "conv_1_bn" }),
  ]);
}

/** `features.3.1.block.0.0`, `features.3.1.block.2.fc1`. */
function efficientnet(): Map<string, Module> {
  return new Map([
    ...normed("features.0", { conv: "stem_conv", norm: "stem_bn" }),
    ...efficientnetBlocks().flatMap((block) => {
      const [, stage = "", letter = ""] = /^block(\d)(.)$/.exec(block.name) ?? [];
      return residual(`features.${stage}.${letter.charCodeAt(0) - "a".charCodeAt(0)}.block`, block);
    }),
    ...normed("features.8", { conv: "top_conv", norm: "top_bn" }),
  ]);
}

/** Expansion, depthwise convolution, squeeze and excitation, projection, numbered as far as they are there. */
function residual(module: string, { expanded, squeeze, names }: InvertedResidual): [string, Module][] {
  let k = 0;
  const modules: [string, Module][] = [];
  if (expanded !== undefined) modules.push(...normed(`${module}.${k++}`, names.expand));
  modules.push(...normed(`${module}.${k++}`, names.depthwise, true));
  if (squeeze) {
    modules.push([`${module}.${k}.fc1`, { layer: squeeze.names.reduce, kind: "conv" }]);
    modules.push([`${module}.${k++}.fc2`, { layer: squeeze.names.expand, kind: "conv" }]);
  }
  return [...modules, ...normed(`${module}.${k}`, names.project)];
}

/** torchvision's Conv2dNormActivation. */
function normed(module: string, names: Named, depthwise = false): [string, Module][] {
  return pair(`${module}.0`, `${module}.1`, names, depthwise);
}

function pair(conv: string, norm: string, names: Named, depthwise = false): [string, Module][] {
  return [
    [conv, { layer: names.conv, kind: depthwise ? "depthwise" : "conv" }],
    [norm, { layer: names.norm, kind: "norm" }],
  ];
}
