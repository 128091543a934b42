import type { Backbone, BackboneOptions } from "./backbone.ts";
import { buildSmall } from "./small.ts";

const BUILDERS = {
  small: buildSmall,
} satisfies Record<string, (options: BackboneOptions) => Backbone>;

export type BackboneName = keyof typeof BUILDERS;

/** The names that `buildBackbone` knows. */
export const BACKBONE_NAMES = Object.keys(BUILDERS) as BackboneName[];

/** Builds a backbone with weights drawn from `options.random`. */
export function buildBackbone(name: BackboneName, options: BackboneOptions): Backbone {
  return BUILDERS[name](options);
}
