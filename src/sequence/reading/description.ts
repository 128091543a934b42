import { z } from "zod";
import { Checksum, SavedPreprocessing } from "../../training/run/modelDescription.ts";
import { CELLS } from "./options.ts";

/** What fixes the network's layers. */
const Architecture = z.object({
  /** Of the input, in pixels. */
  height: z.int().min(16).max(128).multipleOf(16),
  cell: z.enum(CELLS),
  layers: z.int().min(1).max(4),
  units: z.int().min(8).max(1024),
  /** Share of the features that a training step leaves out. */
  dropout: z.number().min(0).max(0.9),
});
export type Architecture = z.infer<typeof Architecture>;

/** All that a saved reader is besides its weights: the content of reader.json. */
export const ReaderDescription = z.object({
  format: z.literal("anchorkit-reader"),
  version: z.literal(1),
  model: z.string().min(1),
  /** The alphabet: a character each. */
  classes: z.array(z.string().min(1).max(8)).min(1).max(10_000),
  architecture: Architecture,
  preprocessing: SavedPreprocessing,
  /** It learnt objects that were cut out with so much around them, as a share of the box's sides. */
  margin: z.number().min(0).max(10).optional(),
  /** The weights.bin beside it. */
  weights: Checksum.optional(),
});
export type ReaderDescription = z.infer<typeof ReaderDescription>;
