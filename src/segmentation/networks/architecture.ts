import { z } from "zod";
import { SAVED_BACKBONE } from "../../core/backbones/chosenBackbone.ts";

/** How a U-Net enlarges a map to the size of the level above. This file loads no TensorFlow. */
export const UPSAMPLINGS = ["transposed", "nearest", "bilinear", "unpooling", "subpixel"] as const;
export type Upsampling = (typeof UPSAMPLINGS)[number];

const Unet = z.object({
  kind: z.literal("unet"),
  /** Channels of the level at full resolution; each level below has twice as many. */
  filters: z.number().int().min(1).max(256).default(16),
  /** Poolings between the level at full resolution and the lowest. */
  depth: z.number().int().min(1).max(6).default(4),
  /** Padding of the 3x3 convolutions; `valid` is the paper's: the input reaches beyond the output by a margin. */
  padding: z.enum(["same", "valid"]).default("same"),
  upsampling: z.enum(UPSAMPLINGS).default("transposed"),
  /** In place of the plain encoder, up to its map of stride 2^depth (2 to 5); padding same, and no unpooling. */
  backbone: SAVED_BACKBONE.backbone.optional(),
  width: SAVED_BACKBONE.width.default(1),
  publisher: SAVED_BACKBONE.publisher,
});

const Fcn = z.object({
  kind: z.literal("fcn"),
  /** Of the finest map that is scored: FCN-32s, -16s, -8s. */
  stride: z.union([z.literal(32), z.literal(16), z.literal(8)]),
  ...SAVED_BACKBONE,
  width: SAVED_BACKBONE.width.default(1),
});

/** What fixes the layers of a segmenter's network. */
export const Architecture = z.discriminatedUnion("kind", [Unet, Fcn]);
export type Architecture = z.infer<typeof Architecture>;
export type UnetArchitecture = z.infer<typeof Unet>;
export type FcnArchitecture = z.infer<typeof Fcn>;
