/** The backbones that `buildBackbone` knows. Stands alone, so that a command's help need not load TensorFlow. */
export const BACKBONE_NAMES = ["small", "mobilenet-v1", "mobilenet-v2", "resnet18", "resnet50", "vgg16"] as const;

export type BackboneName = (typeof BACKBONE_NAMES)[number];
