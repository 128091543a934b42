/** One operation with fixed numbers, and what does the same in Python. */
export interface Case {
  name: string;
  /** As an augmentation's file would have it; every range is one number. */
  operation: { name: string; [field: string]: unknown };
  /** Where the operation draws beyond its ranges (corners, windows), this seed decides. */
  seed?: number;
  /** The canvas lies on its side. */
  turned?: true;
  peer: Peer;
}

/**
 * What `peer.py` does: a class of Albumentations with its arguments; the same with parameters that it would have drawn
 * (`params`); or a transform by the four corners that anchorkit's draw takes the image's to; or several of these, composed.
 */
export type Peer =
  | { transform: string; arguments?: Record<string, unknown>; params?: Record<string, unknown> }
  | { corners: true }
  | { layers: true };

const affine = (args: Record<string, unknown>): Peer => ({ transform: "Affine", arguments: args });
const turned = (factor: number): Peer => ({ transform: "RandomRotate90", params: { factor } });
const jitter = (args: Record<string, unknown>): Peer => ({
  transform: "ColorJitter",
  arguments: { brightness: [1, 1], contrast: [1, 1], saturation: [1, 1], hue: [0, 0], ...args },
});
const fixed = (value: number): [number, number] => [value, value];
const always = { probability: 1 };

/** Albumentations counts angles of turns and of shears the other way round. */
export const GEOMETRIC: readonly Case[] = [
  { name: "flip, horizontal", operation: { name: "flip", ...always }, peer: { transform: "HorizontalFlip" } },
  {
    name: "flip, vertical",
    operation: { name: "flip", ...always, axis: "vertical" },
    peer: { transform: "VerticalFlip" },
  },
  { name: "flip, both", operation: { name: "flip", ...always, axis: "both" }, peer: turned(2) },
  { name: "turn, a quarter", operation: { name: "turn", ...always }, seed: 2, turned: true, peer: turned(3) },
  { name: "turn, a half", operation: { name: "turn", ...always }, seed: 4, peer: turned(2) },
  { name: "turn, three quarters", operation: { name: "turn", ...always }, seed: 0, turned: true, peer: turned(1) },
  {
    name: "rotate 12 degrees",
    operation: { name: "rotate", degrees: fixed(12) },
    peer: { transform: "Rotate", arguments: { limit: fixed(-12) } },
  },
  {
    name: "rotate -75 degrees",
    operation: { name: "rotate", degrees: fixed(-75) },
    peer: { transform: "Rotate", arguments: { limit: fixed(75) } },
  },
  {
    name: "shift 0.25, -0.2",
    operation: { name: "shift", x: fixed(0.25), y: fixed(-0.2) },
    peer: affine({ translate_percent: { x: fixed(0.25), y: fixed(-0.2) } }),
  },
  {
    name: "zoom 1.3",
    operation: { name: "zoom", factor: fixed(1.3) },
    peer: affine({ scale: fixed(1.3) }),
  },
  {
    name: "zoom 0.7",
    operation: { name: "zoom", factor: fixed(0.7) },
    peer: affine({ scale: fixed(0.7) }),
  },
  {
    name: "shear 15 degrees, upright lines",
    operation: { name: "shear", x: fixed(15) },
    peer: affine({ shear: { x: fixed(-15), y: fixed(0) } }),
  },
  {
    name: "shear -10 degrees, level lines",
    operation: { name: "shear", x: fixed(0), y: fixed(-10) },
    peer: affine({ shear: { x: fixed(0), y: fixed(10) } }),
  },
  {
    name: "perspective 0.1",
    operation: { name: "perspective", amount: fixed(0.1) },
    seed: 3,
    peer: { corners: true },
  },
  {
    name: "perspective 0.2",
    operation: { name: "perspective", amount: fixed(0.2) },
    seed: 4,
    peer: { corners: true },
  },
  { name: "crop 0.5", operation: { name: "crop", area: fixed(0.5), keep: 0.5 }, seed: 1, peer: { corners: true } },
  {
    name: "scaleJitter 1.4",
    operation: { name: "scaleJitter", factor: fixed(1.4), aspect: 0.1 },
    seed: 1,
    peer: { corners: true },
  },
  {
    name: "scaleJitter 0.75",
    operation: { name: "scaleJitter", factor: fixed(0.75), aspect: 0.1 },
    seed: 1,
    peer: { corners: true },
  },
  {
    name: "expand 1.5",
    operation: { name: "expand", ...always, factor: fixed(1.5) },
    seed: 1,
    peer: { corners: true },
  },
];

/** All images are the same one. */
export const COMBINING: readonly Case[] = [
  { name: "mosaic", operation: { name: "mosaic", ...always }, seed: 1, peer: { layers: true } },
  { name: "mixup 0.3", operation: { name: "mixup", ...always, weight: fixed(0.3) }, seed: 1, peer: { layers: true } },
  {
    name: "copyPaste, boxes",
    operation: { name: "copyPaste", ...always, count: fixed(2), boxes: true },
    seed: 2,
    peer: { layers: true },
  },
];

const toned = (args: Record<string, unknown>): Peer => ({
  transform: "RandomBrightnessContrast",
  arguments: { brightness_limit: fixed(0), contrast_limit: fixed(0), ...args },
});

export const PHOTOMETRIC: readonly Case[] = [
  {
    name: "gain",
    operation: { name: "gain", amount: 0.2, channels: 0.1 },
    seed: 1,
    peer: { transform: "MultiplicativeNoise" },
  },
  {
    name: "brightness +0.2",
    operation: { name: "brightness", amount: fixed(0.2) },
    peer: toned({ brightness_limit: fixed(0.2) }),
  },
  {
    name: "brightness -0.3",
    operation: { name: "brightness", amount: fixed(-0.3) },
    peer: toned({ brightness_limit: fixed(-0.3) }),
  },
  {
    // around middle grey: the peer multiplies and adds
    name: "contrast 1.5",
    operation: { name: "contrast", factor: fixed(1.5) },
    peer: toned({ contrast_limit: fixed(0.5), brightness_limit: fixed(-0.25) }),
  },
  {
    name: "contrast 0.6",
    operation: { name: "contrast", factor: fixed(0.6) },
    peer: toned({ contrast_limit: fixed(-0.4), brightness_limit: fixed(0.2) }),
  },
  {
    name: "saturation 0.4",
    operation: { name: "saturation", factor: fixed(0.4) },
    peer: jitter({ saturation: fixed(0.4) }),
  },
  {
    name: "saturation 1.8",
    operation: { name: "saturation", factor: fixed(1.8) },
    peer: jitter({ saturation: fixed(1.8) }),
  },
  {
    name: "hue 20 degrees",
    operation: { name: "hue", degrees: fixed(20) },
    peer: jitter({ hue: fixed(20 / 360) }),
  },
  {
    name: "gamma 1.7",
    operation: { name: "gamma", exponent: fixed(1.7) },
    peer: { transform: "RandomGamma", arguments: { gamma_limit: fixed(170) } },
  },
  {
    name: "gamma 0.6",
    operation: { name: "gamma", exponent: fixed(0.6) },
    peer: { transform: "RandomGamma", arguments: { gamma_limit: fixed(60) } },
  },
  {
    name: "grey",
    operation: { name: "grey", ...always },
    peer: { transform: "ToGray", arguments: { method: "weighted_average" } },
  },
  ...[0.4, 0.8, 1.2, 2, 5].map((sigma) => ({
    name: `blur ${sigma}`,
    operation: { name: "blur", ...always, sigma: fixed(sigma) },
    peer: { transform: "GaussianBlur", arguments: { blur_limit: 0, sigma_limit: fixed(sigma) } },
  })),
  ...[90, 60, 30, 10].map((quality) => ({
    name: `jpeg ${quality}`,
    operation: { name: "jpeg", ...always, quality: fixed(quality) },
    peer: { transform: "ImageCompression", arguments: { quality_range: fixed(quality) } },
  })),
  {
    name: "noise 8",
    operation: { name: "noise", ...always, deviation: fixed(8) },
    peer: { transform: "GaussNoise", arguments: { std_range: fixed(8 / 255) } },
  },
  {
    name: "cutout",
    operation: { name: "cutout", ...always, count: fixed(3), size: fixed(0.2) },
    seed: 1,
    peer: { transform: "CoarseDropout" },
  },
];
