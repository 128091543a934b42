/** The backbones that `buildBackbone` knows. This file loads nothing, so that `--help` stays quick. */
export const BACKBONE_NAMES = ["small", "mobilenet-v1", "mobilenet-v2", "resnet18", "resnet50", "vgg16"] as const;
export type BackboneName = (typeof BACKBONE_NAMES)[number];
