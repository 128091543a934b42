export type { Backbone } from "./backbone.ts";
export { BACKBONE_NAMES, buildBackbone, type BackboneName } from "./buildBackbone.ts";
