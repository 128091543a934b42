/** The backbones that `buildBackbone` knows. This file loads nothing, so that `--help` stays quick. */
export const BACKBONE_NAMES = [
  "small",
  "mobilenet-v1",
  "mobilenet-v2",
  "mobilenet-v3-small",
  "mobilenet-v3-large",
  "resnet18",
  "resnet34",
  "resnet50",
  "vgg16",
  "efficientnet-b0",
] as const;
export type BackboneName = (typeof BACKBONE_NAMES)[number];

/**
 * Who publishes weights of networks. The same network differs between them in more than its weights: where strides pad,
 * what normalisation adds to variances, which convolution of a block has the stride, and what it expects of pixels.
 */
export const PUBLISHERS = ["keras", "torchvision"] as const;
export type Publisher = (typeof PUBLISHERS)[number];

/** Whose form a backbone can have; the first unless told. `small` is nobody's. */
export const PUBLISHERS_OF: Readonly<Record<BackboneName, readonly Publisher[]>> = {
  small: [],
  "mobilenet-v1": ["keras"],
  "mobilenet-v2": ["keras", "torchvision"],
  "mobilenet-v3-small": ["keras", "torchvision"],
  "mobilenet-v3-large": ["keras", "torchvision"],
  resnet18: ["torchvision"],
  resnet34: ["torchvision"],
  resnet50: ["keras", "torchvision"],
  vgg16: ["keras", "torchvision"],
  "efficientnet-b0": ["keras", "torchvision"],
};
