export { type BeamOptions, beamDecode } from "./beamDecode.ts";
export type { Decoded } from "./decoded.ts";
export { greedyDecode } from "./greedyDecode.ts";
export { type WordTree, wordTree } from "./wordTree.ts";
