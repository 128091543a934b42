import { z } from "zod";
import { MOST_CLASSES } from "../geometry/masks/labelMap.ts";
import { CategoryId, Checksum, SavedPreprocessing } from "../training/run/modelDescription.ts";
import { Architecture } from "./networks/architecture.ts";

/** All that a saved segmenter is besides its weights: the content of segmenter.json. */
export const SegmenterDescription = z
  .object({
    format: z.literal("anchorkit-segmenter"),
    version: z.literal(1),
    model: z.string().min(1),
    /** Without the background. */
    classes: z.array(z.string()).min(1).max(MOST_CLASSES),
    categoryIds: z.array(CategoryId).optional(),
    architecture: Architecture,
    preprocessing: SavedPreprocessing,
    /** Whether it tells how deep a pixel lies in its object, which tells objects apart that touch. */
    distance: z.boolean(),
    /** Of one class: the probability from which a pixel is of it, chosen on the validation images. */
    thresholds: z.tuple([z.number().min(0).max(1)]).optional(),
    /** The weights.bin beside it. */
    weights: Checksum.optional(),
  })
  .refine(({ categoryIds, classes }) => categoryIds === undefined || categoryIds.length === classes.length, {
    path: ["categoryIds"],
    message: "must be one for each class",
  })
  .refine(({ thresholds, classes }) => thresholds === undefined || classes.length === 1, {
    path: ["thresholds"],
    message: "are for one class",
  });
export type SegmenterDescription = z.infer<typeof SegmenterDescription>;

/** Channels of what the network says of a pixel: background and classes, and how deep it lies in its object. */
export function outputsOf({ classes, distance }: Pick<SegmenterDescription, "classes" | "distance">): number {
  return 1 + classes.length + (distance ? 1 : 0);
}
