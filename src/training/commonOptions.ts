import { z } from "zod";
import { RESIZE_RULES } from "../base/preprocessing.ts";

// What can be chosen of models of several kinds, each with its help; see `options` of a ModelFamily. Loads no TensorFlow.

export const RESIZE = z
  .enum(RESIZE_RULES)
  .default("fit")
  .meta({ description: "images of another shape than the input", placeholder: "how" });

/** @param usual the share unless told */
export function dropoutOf(usual: number) {
  return z
    .number()
    .min(0)
    .max(0.9)
    .default(usual)
    .meta({ description: "share of the features that a training step leaves out", placeholder: "share" });
}

export const LABEL_SMOOTHING = z
  .number()
  .min(0)
  .max(0.5)
  .default(0.1)
  .meta({ description: "share of each target that is spread over all classes", placeholder: "share" });

/** Of every network: which of its layers do not learn. */
export const FREEZE = z.string().min(1).optional().meta({
  description:
    "layers that do not learn, separated by commas: names, what they begin with, or with *; the first n stages of the backbone; backbone, or none",
  placeholder: "layers | n",
});

/** Of networks on a backbone: how one that has been trained goes on. */
export const FINE_TUNING = {
  freeze: FREEZE,
  fineTuneFrom: z.string().optional().meta({
    description:
      "with weights to start from: the first layer of the backbone that learns, by name or by its number from the end; all, or none",
    placeholder: "layer | n",
  }),
  layerDecay: z.number().positive().max(1).optional().meta({
    description:
      "with weights to start from: the learning rate of each stage of the backbone as a multiple of that of the next one towards the head (default: 1)",
    placeholder: "factor",
  }),
};
/** Those of them that are about weights to start from. */
export const OF_A_START = ["fineTuneFrom", "layerDecay"] as const;
