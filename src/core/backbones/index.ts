export type { Backbone } from "./backbone.ts";
export { buildBackbone } from "./buildBackbone.ts";
export type { BackboneName } from "./names.ts";
