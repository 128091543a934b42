import { z } from "zod";

/** A range to draw from evenly, [lowest, highest]. */
function range(lowest: number, highest: number) {
  const end = z.number().min(lowest).max(highest);
  return z
    .tuple([end, end], { error: "must be two numbers, the lowest and the highest" })
    .refine(([low, high]) => low <= high, { error: "the smaller number comes first" });
}

const share = z.number().min(0).max(1);
const often = { probability: share.default(1) };
const half = { probability: share.default(0.5) };
/** Factors are drawn evenly on a logarithmic scale, so that 0.5 and 2 are equally likely. */
const factor = range(0.05, 20);

const geometric = [
  /** Mirrors; with `both`, each axis has the probability of its own. */
  z.strictObject({
    name: z.literal("flip"),
    ...half,
    axis: z.enum(["horizontal", "vertical", "both"]).default("horizontal"),
  }),
  /** One, two or three quarter turns, equally likely. */
  z.strictObject({ name: z.literal("turn"), ...half }),
  /** Clockwise, around the middle. */
  z.strictObject({ name: z.literal("rotate"), ...often, degrees: range(-180, 180).default([-10, 10]) }),
  /** In shares of the width and the height. */
  z.strictObject({
    name: z.literal("shift"),
    ...often,
    x: range(-1, 1).default([-0.1, 0.1]),
    y: range(-1, 1).default([-0.1, 0.1]),
  }),
  /** Around the middle; above 1 is nearer. */
  z.strictObject({ name: z.literal("zoom"), ...often, factor: factor.default([0.8, 1.25]) }),
  /** Angles by which upright lines lean (to the left, upwards) and level lines drop (to the right). */
  z.strictObject({
    name: z.literal("shear"),
    ...often,
    x: range(-60, 60).default([-5, 5]),
    y: range(-60, 60).default([0, 0]),
  }),
  /** Each corner moves by up to the drawn share of the width and the height. */
  z.strictObject({ name: z.literal("perspective"), ...often, amount: range(0, 0.24).default([0, 0.1]) }),
  /**
   * A window of so large a share of the area; none of the objects keeps less than the share `keep` of itself. Where the
   * canvas has room beside the window, more of the image is seen.
   */
  z.strictObject({
    name: z.literal("crop"),
    ...often,
    area: range(0.01, 1).default([0.5, 1]),
    aspect: factor.default([0.75, 1.33]),
    keep: share.default(0.5),
  }),
  /** The size at which the image lies on the canvas, 1 being the fit; then it lies anywhere on it. */
  z.strictObject({
    name: z.literal("scaleJitter"),
    ...often,
    factor: factor.default([0.65, 1.5]),
    /** Largest relative change of the aspect ratio. */
    aspect: z.number().min(0).max(0.9).default(0),
  }),
  /** The image lies anywhere in a larger frame (SSD's expansion); drawn evenly. */
  z.strictObject({ name: z.literal("expand"), ...half, factor: range(1, 20).default([1, 2]) }),
] as const;

const combining = [
  /** Four images meet at a point, drawn in these shares of the canvas. */
  z.strictObject({ name: z.literal("mosaic"), ...half, centre: range(0.1, 0.9).default([0.35, 0.65]) }),
  /** Another image shines through with the drawn weight; the objects of both count. */
  z.strictObject({ name: z.literal("mixup"), ...half, weight: range(0, 1).default([0.3, 0.5]) }),
  /** Objects of another image, cut out by their masks; with `boxes`, those without a mask by their boxes. */
  z.strictObject({
    name: z.literal("copyPaste"),
    ...half,
    count: range(1, 20).default([1, 3]),
    factor: factor.default([0.75, 1.33]),
    boxes: z.boolean().default(false),
  }),
] as const;

const photometric = [
  /** Largest relative change of the brightness, and of each channel by itself. */
  z.strictObject({
    name: z.literal("gain"),
    ...often,
    amount: z.number().min(0).max(0.9).default(0.2),
    channels: z.number().min(0).max(0.9).default(0.05),
  }),
  /** Added, as a share of white. */
  z.strictObject({ name: z.literal("brightness"), ...often, amount: range(-1, 1).default([-0.15, 0.15]) }),
  /** Distance from middle grey. */
  z.strictObject({ name: z.literal("contrast"), ...often, factor: factor.default([0.8, 1.25]) }),
  /** Distance of each colour from the grey of the same lightness; 0 is grey. */
  z.strictObject({ name: z.literal("saturation"), ...often, factor: range(0, 20).default([0.7, 1.4]) }),
  /** A turn of all colours around the axis of greys, from red towards yellow. */
  z.strictObject({ name: z.literal("hue"), ...often, degrees: range(-180, 180).default([-10, 10]) }),
  z.strictObject({ name: z.literal("gamma"), ...often, exponent: factor.default([0.8, 1.25]) }),
  /** Gaussian blur; the deviation in pixels of the canvas. */
  z.strictObject({ name: z.literal("blur"), ...half, sigma: range(0.3, 50).default([0.3, 1.2]) }),
  /** Gaussian noise; the deviation in levels of 0..255. */
  z.strictObject({ name: z.literal("noise"), ...half, deviation: range(0, 128).default([0, 10]) }),
  /** The artefacts of a JPEG file of so low a quality. */
  z.strictObject({ name: z.literal("jpeg"), ...half, quality: range(1, 100).default([40, 90]) }),
  /** Rectangles of the canvas are blanked, their sides in shares of its sides. */
  z.strictObject({
    name: z.literal("cutout"),
    ...half,
    count: range(1, 100).default([1, 3]),
    size: range(0, 1).default([0.05, 0.2]),
  }),
  z.strictObject({ name: z.literal("grey"), probability: share.default(0.1) }),
] as const;

const all = [...geometric, ...combining, ...photometric] as const;
/** What the operations are called. */
export const OPERATION_NAMES: readonly string[] = all.map((operation) => operation.shape.name.value);

/** What can be said of an operation. */
export function fieldsOf(name: unknown): string[] {
  return Object.keys(all.find((operation) => operation.shape.name.value === name)?.shape ?? {});
}

/**
 * How images are varied: operations, each with a probability and ranges. The geometric ones are done in their order and
 * composed into one transform, then images are combined, then the photometric ones follow in their order.
 */
export const Augmentation = z.strictObject({
  /** An object of which less than this share is left in the picture is not a target any more. */
  minVisible: share.default(0.35),
  /** Nor is one with a side under so many pixels of the canvas. */
  minSide: z.number().min(0).default(1),
  operations: z.array(z.discriminatedUnion("name", all)),
});

export type Augmentation = z.infer<typeof Augmentation>;
export type Operation = Augmentation["operations"][number];
export type GeometricOperation = z.infer<(typeof geometric)[number]>;
export type CombiningOperation = z.infer<(typeof combining)[number]>;
export type PhotometricOperation = z.infer<(typeof photometric)[number]>;

const namesIn = (list: readonly { shape: { name: { value: string } } }[]): ReadonlySet<string> =>
  new Set(list.map((operation) => operation.shape.name.value));
const [geometricNames, combiningNames] = [namesIn(geometric), namesIn(combining)];
const isGeometric = (one: Operation): one is GeometricOperation => geometricNames.has(one.name);
const isCombining = (one: Operation): one is CombiningOperation => combiningNames.has(one.name);
const isPhotometric = (one: Operation): one is PhotometricOperation => !isGeometric(one) && !isCombining(one);

/** The operations by kind, each list in its order. */
export function operationsByKind({ operations }: Augmentation): {
  geometric: GeometricOperation[];
  combining: CombiningOperation[];
  photometric: PhotometricOperation[];
} {
  return {
    geometric: operations.filter(isGeometric),
    combining: operations.filter(isCombining),
    photometric: operations.filter(isPhotometric),
  };
}
