import { z } from "zod";
import { SAVED_BACKBONE } from "../../core/backbones/chosenBackbone.ts";
import { SAMPLINGS } from "../../data/batches/clipWindows.ts";
import { Checksum, SavedPreprocessing } from "../../training/run/modelDescription.ts";
import { MOST_FRAMES_IN_STEP } from "./options.ts";

/** What fixes the network's layers. */
const Architecture = z.object({
  ...SAVED_BACKBONE,
  /** What joins the frames: a recurrent layer, or the mean of all. */
  temporal: z.enum(["lstm", "gru", "mean"]),
  /** Of the recurrent layer. */
  units: z.int().min(1).max(4096),
  /** Share of the features that a training step leaves out. */
  dropout: z.number().min(0).max(0.9),
  /** A class for each frame rather than for the clip. */
  perFrame: z.boolean(),
});
export type Architecture = z.infer<typeof Architecture>;

/** All that a saved classifier of clips is besides its weights: the content of clip-classifier.json. */
export const ClipDescription = z.object({
  format: z.literal("anchorkit-clip-classifier"),
  version: z.literal(1),
  model: z.string().min(1),
  classes: z.array(z.string()).min(1).max(10_000),
  architecture: Architecture,
  preprocessing: SavedPreprocessing,
  /** Frames that are looked at at once, and which they are of a longer clip. */
  frames: z.int().min(1).max(MOST_FRAMES_IN_STEP),
  sampling: z.enum(SAMPLINGS),
  /** The weights.bin beside it. */
  weights: Checksum.optional(),
});
export type ClipDescription = z.infer<typeof ClipDescription>;
