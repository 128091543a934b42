import { z } from "zod";
import { BACKBONE_NAMES, PUBLISHERS, type BackboneName, type Publisher } from "./names.ts";

/** What options say of a network's backbone. This file loads no TensorFlow. */
interface BackboneChoice {
  pretrained?: string | undefined;
  backbone?: BackboneName | undefined;
  width?: number | undefined;
}

/** What fixes a backbone's layers, as descriptions of models have it. */
export const SAVED_BACKBONE = {
  backbone: z.enum(BACKBONE_NAMES),
  /** Width multiplier of the MobileNets. */
  width: z.number().positive().max(4),
  /** In whose form; see PUBLISHERS_OF for what it is unless told. */
  publisher: z.enum(PUBLISHERS).optional(),
};

/** A backbone as descriptions have it. */
export interface ChosenBackbone {
  backbone: BackboneName;
  width: number;
  publisher?: Publisher | undefined;
}

/** The backbone of published weights, else the one that is chosen; `small` unless told. */
export function chosenBackbone(options: BackboneChoice, published: ChosenBackbone | undefined): ChosenBackbone {
  const { backbone, width, publisher } = published ?? {
    ...{ backbone: options.backbone ?? "small", width: options.width ?? 1, publisher: undefined },
  };
  return { backbone, width, ...(publisher && { publisher }) };
}

/** What goes together of a backbone's options: each a check and its message, for `refine` of zod. */
export const ONE_BACKBONE = [
  ({ pretrained, backbone, width }: BackboneChoice) => pretrained === undefined || (backbone ?? width) === undefined,
  { message: "backbone and width are those of the pretrained weights: leave them out" },
] as const;

export const WIDTH_OF_MOBILENET = [
  ({ backbone, width = 1 }: BackboneChoice) => width === 1 || backbone?.startsWith("mobilenet-") === true,
  { message: "width is that of a MobileNet: choose one as the backbone, or leave it out" },
] as const;

/** The choices themselves, for the options of every model that has such a backbone. */
export const WIDTH = z
  .number()
  .positive()
  .max(4)
  .optional()
  .meta({ description: "width of a MobileNet (default: 1)", placeholder: "factor" });
export const PRETRAINED = z.string().optional().meta({
  description:
    "weights of a backbone to start from: a name that detect weights lists, a file of Keras's or torchvision's (.h5, .keras, .pth, .safetensors), or a folder",
  placeholder: "name | file",
});
