import type { Architecture } from "./architecture.ts";

/**
 * Pixels that one step of the coarsest map stands for. A window that begins at a multiple of it in the image sees the
 * maps that the whole image has; with a margin, the output's sides must be multiples of it, too.
 */
export function alignmentOf(architecture: Architecture): number {
  return architecture.kind === "fcn" ? 32 : 2 ** architecture.depth;
}
