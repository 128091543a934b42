import { z } from "zod";
import { RESIZE_RULES } from "../base/preprocessing.ts";

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
  resize: z
    .enum(RESIZE_RULES)
    .default("fit")
    .meta({ description: "images of another shape than the input", placeholder: "how" }),
  targets: z.enum(TARGETS).optional().meta({
    description:
      "what to learn: labels of images, objects cut out, the presence of classes in images, or one box an image (default: labels where there are some, else objects)",
    placeholder: "what",
  }),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0.2)
    .meta({ description: "share of the features that a training step leaves out", placeholder: "share" }),
  labelSmoothing: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .meta({ description: "share of each target that is spread over all classes", placeholder: "share" }),
  classWeights: z
    .enum(["none", "balanced"])
    .default("none")
    .meta({ description: "whether rare classes weigh as much as frequent ones", placeholder: "how" }),
});
export type ClassifierOptions = z.infer<typeof ClassifierOptions>;

const FINE_TUNING = "fineTuneFrom and layerDecay are about pretrained weights: give pretrained, too, or leave them out";

interface Tuned {
  pretrained?: string | undefined;
  fineTuneFrom?: string | undefined;
  layerDecay?: number | undefined;
}

/** Whether there is something to fine-tune, where it is said how. */
function isFineTuning({ pretrained, fineTuneFrom, layerDecay }: Tuned): boolean {
  return pretrained !== undefined || (fineTuneFrom ?? layerDecay) === undefined;
}

const Pretrained = ClassifierOptions.extend({
  pretrained: z
    .string()
    .optional()
    .meta({ description: "Keras weights to start from: a folder, or an .h5 file", placeholder: "file" }),
  fineTuneFrom: z.string().optional().meta({
    description:
      "with pretrained weights: the first layer that learns after the head, by name or by its number from the end; all, or none",
    placeholder: "layer | n",
  }),
  layerDecay: z.number().positive().max(1).optional().meta({
    description:
      "with pretrained weights: the learning rate of each stage of the backbone as a multiple of that of the next one towards the head (default: 1)",
    placeholder: "factor",
  }),
});
export type PretrainedOptions = z.infer<typeof Pretrained>;

/** Of those that published weights fit. */
export const PretrainedOptions = Pretrained.refine(isFineTuning, { message: FINE_TUNING });

/** Of MobileNets. */
export const MobilenetOptions = Pretrained.extend({
  width: z
    .number()
    .positive()
    .max(4)
    .optional()
    .meta({ description: "width of a MobileNet (default: 1)", placeholder: "factor" }),
})
  .refine(isFineTuning, { message: FINE_TUNING })
  .refine(({ pretrained, width }) => pretrained === undefined || width === undefined, {
    message: "width is that of the pretrained weights: leave it out",
  });
