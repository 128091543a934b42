import { z } from "zod";
import { ONE_BACKBONE, PRETRAINED, WIDTH, WIDTH_OF_MOBILENET } from "../../core/backbones/chosenBackbone.ts";
import { BACKBONE_NAMES } from "../../core/backbones/names.ts";
import { ANCHOR_CHOICE, readAnchorChoice } from "../boxes/anchorChoice.ts";
import { FINE_TUNING, RESIZE } from "../../training/commonOptions.ts";

/**
 * What can be chosen of a Faster R-CNN, by the names that the command line and config.json have for it; `description` is
 * the help, `placeholder` what stands behind the name there. Loads no TensorFlow.
 */
export const FasterRcnnOptions = z
  .object({
    size: z
      .int()
      .min(64)
      .max(2048)
      .default(320)
      .meta({ description: "longer side of the network's input", placeholder: "pixels" }),
    resize: RESIZE,
    backbone: z
      .enum(BACKBONE_NAMES)
      .optional()
      .meta({ description: "the network that reads the image (default: small)", placeholder: "name" }),
    width: WIDTH,
    pretrained: PRETRAINED,
    anchors: z
      .string()
      .refine((text) => readAnchorChoice(text) !== undefined, { error: `must be ${ANCHOR_CHOICE}` })
      .optional()
      .meta({
        description:
          "how many anchor shapes k-means shall find, or the shapes as label stats prints them (default: 5 squares)",
        placeholder: "n | WxH,…",
      }),
    assignment: z
      .enum(["best", "threshold"])
      .default("best")
      .meta({ description: "anchors of an object: its best ones, or by IoU threshold", placeholder: "rule" }),
    classSpecificBoxes: z
      .boolean()
      .default(false)
      .meta({ description: "predict a box for each class in place of one for all" }),
    ...FINE_TUNING,
  })
  .refine(...ONE_BACKBONE)
  .refine(...WIDTH_OF_MOBILENET);
export type FasterRcnnOptions = z.infer<typeof FasterRcnnOptions>;
