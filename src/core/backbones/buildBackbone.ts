import { AnchorkitError } from "../../base/errors.ts";
import type { Backbone, BackboneOptions } from "./backbone.ts";
import { buildEfficientnetB0 } from "./efficientnet.ts";
import { buildMobilenetV1 } from "./mobilenetV1.ts";
import { buildMobilenetV2 } from "./mobilenetV2.ts";
import { buildMobilenetV3 } from "./mobilenetV3.ts";
import { PUBLISHERS_OF, type BackboneName, type Publisher } from "./names.ts";
import { buildResnet } from "./resnet.ts";
import { buildSmall } from "./small.ts";
import { buildVgg16 } from "./vgg16.ts";

const BUILDERS: Readonly<Record<BackboneName, (options: BackboneOptions, publisher: Publisher) => Backbone>> = {
  small: buildSmall,
  "mobilenet-v1": buildMobilenetV1,
  "mobilenet-v2": buildMobilenetV2,
  "mobilenet-v3-small": buildMobilenetV3("small"),
  "mobilenet-v3-large": buildMobilenetV3("large"),
  resnet18: buildResnet("resnet18"),
  resnet34: buildResnet("resnet34"),
  resnet50: buildResnet("resnet50"),
  vgg16: buildVgg16,
  "efficientnet-b0": buildEfficientnetB0,
};

/**
 * Builds a backbone with weights drawn from `options.random`.
 *
 * @throws AnchorkitError if the publisher has no such network
 */
export function buildBackbone(name: BackboneName, options: BackboneOptions): Backbone {
  const publishers = PUBLISHERS_OF[name];
  const publisher = options.publisher ?? publishers[0] ?? "keras"; // any: nobody publishes the last
  if (options.publisher !== undefined && !publishers.includes(options.publisher)) {
    const known = publishers.length > 0 ? `has only the form of ${publishers.join(" and ")}` : "is nobody's";
    throw new AnchorkitError(`buildBackbone: there is no ${name} of ${options.publisher}: it ${known}`);
  }
  return { ...BUILDERS[name](options, publisher), publisher: publishers.length > 0 ? publisher : undefined };
}
