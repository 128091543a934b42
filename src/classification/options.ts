import { z } from "zod";
import { PRETRAINED, WIDTH } from "../core/backbones/chosenBackbone.ts";
import { dropoutOf, FINE_TUNING, LABEL_SMOOTHING, RESIZE } from "../training/commonOptions.ts";

/** What a classifier can learn from a data set. */
export const TARGETS = ["labels", "objects", "presence", "box"] as const;
export type Targets = (typeof TARGETS)[number];

/**
 * What can be chosen of every classifier, by the names that the command line and config.json have for it; `description`
 * is the help, `placeholder` what stands behind the name there. Loads no TensorFlow.
 */
export const ClassifierOptions = z.object({
  size: z
    .int()
    .min(32)
    .max(2048)
    .default(96)
    .meta({ description: "longer side of the network's input", placeholder: "pixels" }),
  resize: RESIZE,
  targets: z.enum(TARGETS).optional().meta({
    description:
      "what to learn: labels of images, objects cut out, the presence of classes in images, or one box an image (default: labels where there are some, else objects)",
    placeholder: "what",
  }),
  dropout: dropoutOf(0.2),
  labelSmoothing: LABEL_SMOOTHING,
  classWeights: z
    .enum(["none", "balanced"])
    .default("none")
    .meta({ description: "whether rare classes weigh as much as frequent ones", placeholder: "how" }),
  ...FINE_TUNING,
});
export type ClassifierOptions = z.infer<typeof ClassifierOptions>;

/** Of those that published weights fit. */
export const PretrainedOptions = ClassifierOptions.extend({ pretrained: PRETRAINED });
export type PretrainedOptions = z.infer<typeof PretrainedOptions>;

/** Of MobileNets. */
export const MobilenetOptions = PretrainedOptions.extend({
  width: WIDTH,
}).refine(({ pretrained, width }) => pretrained === undefined || width === undefined, {
  message: "width is that of the pretrained weights: leave it out",
});
