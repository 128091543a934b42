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

export const FINE_TUNE_FROM = z.string().optional().meta({
  description:
    "with pretrained weights: the first layer that learns after the head, by name or by its number from the end; all, or none",
  placeholder: "layer | n",
});
