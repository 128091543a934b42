import { z } from "zod";
import { PIXEL_RESIZE_RULES } from "../base/preprocessing.ts";
import { BACKBONE_NAMES, type BackboneName } from "../core/backbones/names.ts";
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
  size: z
    .int()
    .min(32)
    .max(2048)
    .default(256)
    .meta({ description: "longer side of the network's input", placeholder: "pixels" }),
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
  instances: z.enum(["auto", "yes", "no"]).default("auto").meta({
    description:
      "whether it learns to tell objects that touch apart, too: yes, no, or where images have several objects of a class",
    placeholder: "whether",
  }),
});
export type SegmenterOptions = z.infer<typeof SegmenterOptions>;

const backbone = z.enum(BACKBONE_NAMES);
const width = z
  .number()
  .positive()
  .max(4)
  .optional()
  .meta({ description: "width of a MobileNet (default: 1)", placeholder: "factor" });
const pretrained = z
  .string()
  .optional()
  .meta({ description: "Keras weights to start from: a folder, or an .h5 file", placeholder: "file" });

interface Looked {
  pretrained?: string | undefined;
  backbone?: BackboneName | undefined;
  width?: number | undefined;
}

const PUBLISHED = { message: "backbone and width are those of the pretrained weights: leave them out" };

function hasOneBackbone({ pretrained, backbone: asked, width: of }: Looked): boolean {
  return pretrained === undefined || (asked ?? of) === undefined;
}

const WIDTH = {
  message: "width is that of a MobileNet: choose mobilenet-v1 or mobilenet-v2 as the backbone, or leave it out",
};

function hasWidth({ backbone: asked, width: of = 1 }: Looked): boolean {
  return of === 1 || asked?.startsWith("mobilenet-") === true;
}

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
  backbone: backbone.optional().meta({
    description: "the network that looks at the image (default: U-Net's own; for FCNs small)",
    placeholder: "name",
  }),
  ...{ width, pretrained },
})
  .refine(hasOneBackbone, PUBLISHED)
  .refine(hasWidth, WIDTH);
export type UnetOptions = z.infer<typeof UnetOptions>;

/** Of fully convolutional networks. */
export const FcnOptions = SegmenterOptions.extend({
  backbone: backbone.optional().meta({
    description: "the network that looks at the image (default: U-Net's own; for FCNs small)",
    placeholder: "name",
  }),
  ...{ width, pretrained },
})
  .refine(hasOneBackbone, PUBLISHED)
  .refine(hasWidth, WIDTH);
export type FcnOptions = z.infer<typeof FcnOptions>;
