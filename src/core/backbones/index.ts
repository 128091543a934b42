export type { Backbone } from "./backbone.ts";
export { buildBackbone, type BackboneName } from "./buildBackbone.ts";
