import type { Backbone, BackboneOptions } from "./backbone.ts";
import { buildMobilenetV1 } from "./mobilenetV1.ts";
import { buildMobilenetV2 } from "./mobilenetV2.ts";
import type { BackboneName } from "./names.ts";
import { buildResnet18, buildResnet50 } from "./resnet.ts";
import { buildSmall } from "./small.ts";
import { buildVgg16 } from "./vgg16.ts";

const BUILDERS = {
  small: buildSmall,
  "mobilenet-v1": buildMobilenetV1,
  "mobilenet-v2": buildMobilenetV2,
  resnet18: buildResnet18,
  resnet50: buildResnet50,
  vgg16: buildVgg16,
} satisfies Record<BackboneName, (options: BackboneOptions) => Backbone>;

/** Builds a backbone with weights drawn from `options.random`. */
export function buildBackbone(name: BackboneName, options: BackboneOptions): Backbone {
  return BUILDERS[name](options);
}
