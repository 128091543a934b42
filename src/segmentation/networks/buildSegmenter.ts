import type { Random } from "../../base/random.ts";
import type { Architecture } from "./architecture.ts";
import { buildFcn } from "./fcn.ts";
import type { SegmenterNetwork } from "./segmenterNetwork.ts";
import { buildUnet } from "./unet.ts";

export type { SegmenterNetwork } from "./segmenterNetwork.ts";

/**
 * Builds the network of an architecture, with weights drawn from `random`.
 *
 * @param outputs channels of the result: background and classes, and the distance where instances are learnt
 * @throws AnchorkitError if the architecture's settings exclude each other
 */
export function buildSegmenter(architecture: Architecture, outputs: number, random: Random): SegmenterNetwork {
  return architecture.kind === "unet"
    ? buildUnet(architecture, outputs, random)
    : buildFcn(architecture, outputs, random);
}
