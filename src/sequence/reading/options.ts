import { z } from "zod";
import { dropoutOf, FREEZE } from "../../training/commonOptions.ts";

/** The kinds of recurrent layers that a reader can have. */
export const CELLS = ["lstm", "gru"] as const;

/**
 * What can be chosen of a reader, by the names that the command line and config.json have for it; see ClassifierOptions.
 * Loads no TensorFlow.
 */
export const ReaderOptions = z.object({
  size: z
    .int()
    .min(32)
    .max(2048)
    .optional()
    .meta({ description: "longer side of the network's input", placeholder: "pixels" }),
  height: z
    .int()
    .min(16)
    .max(128)
    .multipleOf(16)
    .default(32)
    .meta({ description: "height that lines of text are read at: a multiple of 16", placeholder: "pixels" }),
  cell: z.enum(CELLS).default("lstm").meta({ description: "kind of the recurrent layers", placeholder: "name" }),
  layers: z
    .int()
    .min(1)
    .max(4)
    .default(2)
    .meta({ description: "recurrent layers, each of which reads in both directions", placeholder: "n" }),
  units: z
    .int()
    .min(8)
    .max(1024)
    .default(128)
    .meta({ description: "units of a recurrent layer in each direction", placeholder: "n" }),
  dropout: dropoutOf(0.2),
  freeze: FREEZE,
});
export type ReaderOptions = z.infer<typeof ReaderOptions>;
