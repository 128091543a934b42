export type { Backbone, BackboneOptions, FeatureMap, PixelScaling } from "./backbone.ts";
export { BACKBONE_NAMES, buildBackbone, type BackboneName } from "./buildBackbone.ts";
