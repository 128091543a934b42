import { z } from "zod";
import { PIXEL_RESIZE_RULES } from "../base/preprocessing.ts";
import { ONE_BACKBONE, PRETRAINED, WIDTH, WIDTH_OF_MOBILENET } from "../core/backbones/chosenBackbone.ts";
import { BACKBONE_NAMES } from "../core/backbones/names.ts";
import { FINE_TUNING } from "../training/commonOptions.ts";
import { UPSAMPLINGS } from "./networks/architecture.ts";

/** What the loss of a segmenter can be made of. This file loads no TensorFlow. */
export const LOSS_TERMS = ["cross-entropy", "focal", "dice", "tversky"] as const;
export type LossTerm = (typeof LOSS_TERMS)[number];

/** The terms of a loss, such as cross-entropy+dice. */
export function lossTerms(loss: string): LossTerm[] {
  return loss.split("+") as LossTerm[];
}

function isLoss(loss: string): boolean {
  const terms: readonly string[] = lossTerms(loss);
  return terms.every((term) => LOSS_TERMS.some((known) => known === term)) && new Set(terms).size === terms.length;
}

/**
 * What can be chosen of every segmenter, by the names that the command line and config.json have for it; `description` is
 * the help, `placeholder` what stands behind the name there.
 */
export const SegmenterOptions = z.object({
  size: z.int().min(32).max(2048).optional().meta({
    description: "longer side of the network's input (default: that of most images, from 128 to 256)",
    placeholder: "pixels",
  }),
  resize: z.enum(PIXEL_RESIZE_RULES).default("fit").meta({
    description: "images of another shape than the input; tiles: at their own scale, by windows of the input's size",
    placeholder: "how",
  }),
  loss: z
    .string()
    .refine(isLoss, { message: `must be one of ${LOSS_TERMS.join(", ")}, or several joined by +` })
    .default("cross-entropy+dice")
    .meta({ description: `what is minimised: ${LOSS_TERMS.join(", ")}, or a sum of them`, placeholder: "terms" }),
  classWeights: z
    .enum(["none", "balanced"])
    .default("none")
    .meta({ description: "whether rare classes weigh as much as frequent ones", placeholder: "how" }),
  separation: z.number().min(0).max(100).default(0).meta({
    description: "how much more gaps between objects that nearly touch weigh (10 in U-Net's paper)",
    placeholder: "weight",
  }),
  ...FINE_TUNING,
  instances: z.enum(["auto", "yes", "no"]).default("auto").meta({
    description:
      "whether it learns to tell objects that touch apart, too: yes, no, or where images have several objects of a class",
    placeholder: "whether",
  }),
});
export type SegmenterOptions = z.infer<typeof SegmenterOptions>;

/** What network looks at the image. */
const BACKBONE = {
  backbone: z.enum(BACKBONE_NAMES).optional().meta({
    description: "the network that looks at the image (default: U-Net's own; for FCNs small)",
    placeholder: "name",
  }),
  width: WIDTH,
  pretrained: PRETRAINED,
};

/** Of U-Nets. */
export const UnetOptions = SegmenterOptions.extend({
  filters: z
    .int()
    .min(1)
    .max(256)
    .default(16)
    .meta({ description: "channels of a U-Net's finest level; each below has twice as many", placeholder: "n" }),
  depth: z.int().min(1).max(6).default(4).meta({ description: "how often a U-Net halves the image", placeholder: "n" }),
  padding: z
    .enum(["same", "valid"])
    .default("same")
    .meta({ description: "of a U-Net's convolutions; valid is its paper's", placeholder: "how" }),
  upsampling: z
    .enum(UPSAMPLINGS)
    .default("transposed")
    .meta({ description: "how a U-Net enlarges its maps", placeholder: "how" }),
  ...BACKBONE,
})
  .refine(...ONE_BACKBONE)
  .refine(...WIDTH_OF_MOBILENET);
export type UnetOptions = z.infer<typeof UnetOptions>;

/** Of fully convolutional networks. */
export const FcnOptions = SegmenterOptions.extend({
  ...BACKBONE,
})
  .refine(...ONE_BACKBONE)
  .refine(...WIDTH_OF_MOBILENET);
export type FcnOptions = z.infer<typeof FcnOptions>;
