import { z } from "zod";
import type { BackboneName } from "./names.ts";

/** What options say of a network's backbone. This file loads no TensorFlow. */
interface ChosenBackbone {
  pretrained?: string | undefined;
  backbone?: BackboneName | undefined;
  width?: number | undefined;
}

/** What goes together of a backbone's options: each a check and its message, for `refine` of zod. */
export const ONE_BACKBONE = [
  ({ pretrained, backbone, width }: ChosenBackbone) => pretrained === undefined || (backbone ?? width) === undefined,
  { message: "backbone and width are those of the pretrained weights: leave them out" },
] as const;

export const WIDTH_OF_MOBILENET = [
  ({ backbone, width = 1 }: ChosenBackbone) => width === 1 || backbone?.startsWith("mobilenet-") === true,
  { message: "width is that of a MobileNet: choose mobilenet-v1 or mobilenet-v2 as the backbone, or leave it out" },
] as const;

/** The choices themselves, for the options of every model that has such a backbone. */
export const WIDTH = z
  .number()
  .positive()
  .max(4)
  .optional()
  .meta({ description: "width of a MobileNet (default: 1)", placeholder: "factor" });
export const PRETRAINED = z
  .string()
  .optional()
  .meta({ description: "Keras weights to start from: a folder, or an .h5 file", placeholder: "file" });
