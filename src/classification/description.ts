import { z } from "zod";
import { SAVED_BACKBONE } from "../core/backbones/chosenBackbone.ts";
import { Checksum, SavedPreprocessing } from "../training/run/modelDescription.ts";
import { TARGETS } from "./options.ts";

/** What fixes the network's layers. */
const Architecture = z.object({
  ...SAVED_BACKBONE,
  /** Share of the features that a training step leaves out. */
  dropout: z.number().min(0).max(0.9),
  /** A box of the one object beside the classes. */
  box: z.boolean(),
});
export type Architecture = z.infer<typeof Architecture>;

/** All that a saved classifier is besides its weights: the content of classifier.json. */
export const ClassifierDescription = z
  .object({
    format: z.literal("anchorkit-classifier"),
    version: z.literal(1),
    model: z.string().min(1),
    classes: z.array(z.string()).min(1).max(10_000),
    architecture: Architecture,
    preprocessing: SavedPreprocessing,
    /** What it was taught. */
    targets: z.enum(TARGETS),
    /** Any number of classes at once (sigmoid), or exactly one (softmax). */
    multiLabel: z.boolean(),
    /** Of several labels: the probability from which each class counts as there, chosen on the validation images. */
    thresholds: z.array(z.number().min(0).max(1)).max(10_000).optional(),
    /** The weights.bin beside it. */
    weights: Checksum.optional(),
  })
  .refine(({ thresholds, classes }) => thresholds === undefined || thresholds.length === classes.length, {
    path: ["thresholds"],
    message: "must be one for each class",
  });
export type ClassifierDescription = z.infer<typeof ClassifierDescription>;
