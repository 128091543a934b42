import { Augmentation } from "./description.ts";

/** The names that `--augment` knows. */
export const PRESET_NAMES = ["none", "light", "default", "strong"] as const;
export type PresetName = (typeof PRESET_NAMES)[number];
export type Presets = Readonly<Record<PresetName, Augmentation>>;

/** `none`, `light` and `default` are done in the training graph and cost no time; `strong` is done on the CPU before. */
export const PRESETS: Presets = {
  none: Augmentation.parse({ operations: [] }),
  light: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "scaleJitter", factor: [0.85, 1.2], aspect: 0.05 },
      { name: "gain", amount: 0.1, channels: 0.04 },
    ],
  }),
  default: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "scaleJitter", factor: [0.65, 1.5], aspect: 0.1 },
      { name: "gain", amount: 0.2, channels: 0.08 },
    ],
  }),
  strong: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "rotate", probability: 0.5, degrees: [-10, 10] },
      { name: "shear", probability: 0.3, x: [-6, 6], y: [-3, 3] },
      { name: "perspective", probability: 0.3, amount: [0, 0.06] },
      { name: "scaleJitter", factor: [0.5, 1.75], aspect: 0.15 },
      { name: "mosaic", probability: 0.3 },
      { name: "mixup", probability: 0.1, weight: [0.2, 0.4] },
      { name: "copyPaste", probability: 0.2 },
      { name: "gain", amount: 0.25, channels: 0.1 },
      { name: "contrast", probability: 0.5, factor: [0.7, 1.4] },
      { name: "saturation", probability: 0.5, factor: [0.5, 1.6] },
      { name: "hue", probability: 0.5, degrees: [-15, 15] },
      { name: "gamma", probability: 0.3, exponent: [0.75, 1.35] },
      { name: "grey", probability: 0.05 },
      { name: "blur", probability: 0.1, sigma: [0.3, 1.2] },
      { name: "noise", probability: 0.15, deviation: [2, 12] },
      { name: "jpeg", probability: 0.15, quality: [35, 85] },
      { name: "cutout", probability: 0.2, count: [1, 3], size: [0.05, 0.2] },
    ],
  }),
};

/** For what is not varied at all. */
export const NO_PRESETS: Presets = {
  none: PRESETS.none,
  light: PRESETS.none,
  default: PRESETS.none,
  strong: PRESETS.none,
};

/** The same names for classifiers: what an image shows must be seen in each version of it. */
export const CLASSIFIER_PRESETS: Presets = {
  none: PRESETS.none,
  light: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "shift", x: [-0.06, 0.06], y: [-0.06, 0.06] },
      { name: "zoom", factor: [0.9, 1.1] },
      { name: "gain", amount: 0.1, channels: 0.04 },
    ],
  }),
  default: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "rotate", degrees: [-15, 15] },
      { name: "zoom", factor: [0.8, 1.2] },
      { name: "shift", x: [-0.1, 0.1], y: [-0.1, 0.1] },
      { name: "contrast", factor: [0.8, 1.25] },
      { name: "gain", amount: 0.2, channels: 0.08 },
    ],
  }),
  strong: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "crop", area: [0.35, 1], aspect: [0.75, 1.33] },
      { name: "rotate", degrees: [-20, 20] },
      { name: "shear", probability: 0.5, x: [-10, 10], y: [-5, 5] },
      { name: "perspective", probability: 0.3, amount: [0, 0.08] },
      { name: "mixup", probability: 0.3, weight: [0.1, 0.5] },
      { name: "contrast", factor: [0.6, 1.5] },
      { name: "saturation", factor: [0.5, 1.6] },
      { name: "hue", degrees: [-15, 15] },
      { name: "gain", amount: 0.25, channels: 0.1 },
      { name: "cutout", probability: 0.5, count: [1, 2], size: [0.1, 0.35] },
    ],
  }),
};

/**
 * The same names for segmenters, whose labels move with the pixels. Half of the images keep their own pixels: moved ones are
 * a little blurred, and those that a trained model is asked of are not.
 */
export const SEGMENTER_PRESETS: Presets = {
  none: PRESETS.none,
  light: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "gain", amount: 0.1, channels: 0.04 },
    ],
  }),
  default: Augmentation.parse({
    operations: [
      { name: "flip", axis: "horizontal" },
      { name: "rotate", probability: 0.3, degrees: [-15, 15] },
      { name: "scaleJitter", probability: 0.4, factor: [0.75, 1.33], aspect: 0.05 },
      { name: "gain", amount: 0.2, channels: 0.05 },
    ],
  }),
  strong: PRESETS.strong,
};

/**
 * The same names for clips, all of whose frames are varied alike: without mirrors, as the direction of a movement may be what
 * tells.
 */
export const CLIP_PRESETS: Presets = {
  none: PRESETS.none,
  light: Augmentation.parse({
    operations: [
      { name: "shift", x: [-0.06, 0.06], y: [-0.06, 0.06] },
      { name: "gain", amount: 0.1, channels: 0.04 },
    ],
  }),
  default: Augmentation.parse({
    operations: [
      { name: "zoom", factor: [0.9, 1.15] },
      { name: "shift", x: [-0.08, 0.08], y: [-0.08, 0.08] },
      { name: "contrast", factor: [0.8, 1.25] },
      { name: "gain", amount: 0.2, channels: 0.08 },
    ],
  }),
  strong: Augmentation.parse({
    operations: [
      { name: "crop", area: [0.5, 1], aspect: [0.8, 1.25] },
      { name: "rotate", degrees: [-10, 10] },
      { name: "perspective", probability: 0.3, amount: [0, 0.06] },
      { name: "contrast", factor: [0.6, 1.5] },
      { name: "saturation", factor: [0.5, 1.6] },
      { name: "hue", degrees: [-15, 15] },
      { name: "gain", amount: 0.25, channels: 0.1 },
      { name: "cutout", probability: 0.3, count: [1, 2], size: [0.1, 0.25] },
    ],
  }),
};

/**
 * The same names for readers: nothing that mirrors, and little that cuts, as a text must stay what it is. Turns and slants
 * are `strong`'s alone: with them CTC begins to read after twice as many steps. All but `strong` is done in the training graph.
 */
export const READER_PRESETS: Presets = {
  none: PRESETS.none,
  light: Augmentation.parse({
    operations: [
      { name: "zoom", factor: [0.97, 1.02] },
      { name: "gain", amount: 0.1, channels: 0.04 },
    ],
  }),
  default: Augmentation.parse({
    operations: [
      { name: "zoom", factor: [0.92, 1.03] },
      { name: "shift", x: [0, 0], y: [-0.04, 0.04] },
      { name: "contrast", factor: [0.8, 1.25] },
      { name: "gain", amount: 0.15, channels: 0.05 },
    ],
  }),
  strong: Augmentation.parse({
    operations: [
      { name: "rotate", degrees: [-2.5, 2.5] },
      { name: "shear", x: [-18, 18], y: [0, 0] },
      { name: "perspective", probability: 0.3, amount: [0, 0.03] },
      { name: "zoom", factor: [0.82, 1.05] },
      { name: "shift", x: [0, 0.02], y: [-0.07, 0.07] },
      { name: "contrast", factor: [0.6, 1.6] },
      { name: "hue", degrees: [-15, 15] },
      { name: "gain", amount: 0.25, channels: 0.1 },
      { name: "blur", probability: 0.2, sigma: [0.3, 1.2] },
      { name: "noise", probability: 0.2, deviation: [2, 15] },
      { name: "jpeg", probability: 0.15, quality: [35, 85] },
    ],
  }),
};

export type Flip = "none" | "horizontal" | "vertical" | "both";

/** The same with other flips. */
export function withFlip(augmentation: Augmentation, flip: Flip): Augmentation {
  const others = augmentation.operations.filter(({ name }) => name !== "flip");
  if (flip === "none") return { ...augmentation, operations: others };
  return { ...augmentation, operations: [{ name: "flip", probability: 0.5, axis: flip }, ...others] };
}
