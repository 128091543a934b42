import { z } from "zod";
import { PRETRAINED, WIDTH } from "../core/backbones/chosenBackbone.ts";
import { dropoutOf, FINE_TUNE_FROM, LABEL_SMOOTHING, RESIZE } from "../training/commonOptions.ts";

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
  pretrained: PRETRAINED,
  fineTuneFrom: FINE_TUNE_FROM,
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
  width: WIDTH,
})
  .refine(isFineTuning, { message: FINE_TUNING })
  .refine(({ pretrained, width }) => pretrained === undefined || width === undefined, {
    message: "width is that of the pretrained weights: leave it out",
  });
