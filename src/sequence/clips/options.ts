import { z } from "zod";
import { ONE_BACKBONE, PRETRAINED, WIDTH, WIDTH_OF_MOBILENET } from "../../core/backbones/chosenBackbone.ts";
import { BACKBONE_NAMES } from "../../core/backbones/names.ts";
import { SAMPLINGS } from "../../data/batches/clipWindows.ts";
import { dropoutOf, FINE_TUNING, LABEL_SMOOTHING, RESIZE } from "../../training/commonOptions.ts";

/** What comes after the backbone: a recurrent layer, or the mean of all frames, which knows nothing of their order. */
const TEMPORAL = ["recurrent", "mean"] as const;
const RNNS = ["lstm", "gru"] as const;

/** Longest clip that is looked at in a step. */
export const MOST_FRAMES_IN_STEP = 512;

/**
 * What can be chosen of a classifier of clips, by the names that the command line and config.json have for it; `description`
 * is the help, `placeholder` what stands behind the name there. Loads no TensorFlow.
 */
const Options = z.object({
  size: z.int().min(32).max(2048).optional().meta({
    description: "longer side of the network's input (default: 96, or that of the frames if it is smaller)",
    placeholder: "pixels",
  }),
  resize: RESIZE,
  frames: z.int().min(1).max(MOST_FRAMES_IN_STEP).optional().meta({
    description: "frames of a clip that are looked at (default: as many as the longest clip has, at most 32)",
    placeholder: "n",
  }),
  sampling: z.enum(SAMPLINGS).optional().meta({
    description:
      "of clips with more frames than that: frames spread evenly, or a window of neighbours (default: even; window with a class for each frame)",
    placeholder: "how",
  }),
  perFrame: z.enum(["auto", "yes", "no"]).default("auto").meta({
    description: "a class for each frame rather than for the clip: yes, no, or where the frames have labels",
    placeholder: "whether",
  }),
  temporal: z.enum(TEMPORAL).default("recurrent").meta({
    description: "what joins the frames: a recurrent layer, or their mean, which knows nothing of the order",
    placeholder: "how",
  }),
  rnn: z.enum(RNNS).optional().meta({ description: "the recurrent layer (default: lstm)", placeholder: "name" }),
  units: z.int().min(1).max(4096).optional().meta({
    description: "units of the recurrent layer (default: 128)",
    placeholder: "n",
  }),
  dropout: dropoutOf(0.2),
  labelSmoothing: LABEL_SMOOTHING,
  backbone: z.enum(BACKBONE_NAMES).optional().meta({
    description: "the network that looks at the image (default: U-Net's own; for FCNs and clips small)",
    placeholder: "name",
  }),
  width: WIDTH,
  pretrained: PRETRAINED,
  ...FINE_TUNING,
});
export type ClipClassifierOptions = z.infer<typeof Options>;

/** What can be chosen of a classifier of clips, by the names that the command line and config.json have for it. */
export const ClipClassifierOptions = Options.refine(...ONE_BACKBONE)
  .refine(({ backbone, width, pretrained }) => pretrained !== undefined || WIDTH_OF_MOBILENET[0]({ backbone, width }), {
    message: WIDTH_OF_MOBILENET[1].message,
  })
  .refine(({ temporal, rnn, units }) => temporal === "recurrent" || (rnn ?? units) === undefined, {
    message: "rnn and units are of a recurrent layer, and temporal mean has none: leave them out",
  });
