import type { Profile } from "./profile.ts";
import type { WatchedKind } from "./said.ts";

/** What drift is looked for in. */
export interface Measure {
  name: MeasureName;
  /** As a heading says it. */
  title: string;
  /** What its values are, for the axis of a plot. */
  unit: string;
  /** Depends on what the model makes of an image, and not on the image alone. */
  ofModel: boolean;
  /** The numbers of an image, one or several; of classes and embeddings there are none. */
  values?: (profile: Profile) => readonly number[];
  /** Digits behind the point that are worth printing. */
  digits: number;
}

/** By which they are asked for. */
export const MEASURE_NAMES = [
  ...(["brightness", "contrast", "sharpness", "size", "aspect"] as const),
  ...(["detections", "labels", "foreground", "length"] as const),
  ...(["classes", "scores", "object-size", "embeddings"] as const),
] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

const OF_IMAGES: readonly Measure[] = [
  image("brightness", "Brightness", "mean luma, 0 to 255", 1, ({ brightness }) => brightness),
  image("contrast", "Contrast", "deviation of the luma", 1, ({ contrast }) => contrast),
  image("sharpness", "Sharpness", "variance of the Laplacian", 0, ({ sharpness }) => sharpness),
  image("size", "Image size", "root of the pixels", 0, ({ width, height }) => Math.sqrt(width * height)),
  image("aspect", "Aspect ratio", "width / height", 2, ({ width, height }) => width / height),
];

/** What a model of each kind says how much of. */
const AMOUNTS: Readonly<Record<WatchedKind, Measure>> = {
  detection: amount("detections", "Detections an image", "detections", 1),
  classification: amount("labels", "Labels an image", "labels", 1), // of one label an image it is the same everywhere
  segmentation: amount("foreground", "Foreground", "share of the pixels", 3),
  reading: amount("length", "Length of the texts", "characters", 1),
};

const CLASSES = { name: "classes", unit: "", ofModel: true, digits: 3 } as const;
const EMBEDDINGS: Measure = { name: "embeddings", title: "Embeddings", unit: "", ofModel: true, digits: 3 };

/** All measures of a kind of model, in the order in which they are shown. */
export function measuresOf(kind: WatchedKind): Measure[] {
  const sizes = ({ sizes: own = [] }: Profile): readonly number[] => own;
  const objectSize = { name: "object-size", title: "Size of objects", unit: "share of the image's side" } as const;
  return [
    ...OF_IMAGES,
    AMOUNTS[kind],
    { ...CLASSES, title: kind === "reading" ? "Characters" : "Class shares" },
    { name: "scores", title: "Scores", unit: "score", ofModel: true, digits: 3, values: ({ scores }) => scores },
    ...(kind === "detection" ? [{ ...objectSize, ofModel: true, digits: 3, values: sizes }] : []),
    EMBEDDINGS,
  ];
}

function image(
  name: MeasureName,
  title: string,
  unit: string,
  digits: number,
  value: (profile: Profile) => number,
): Measure {
  return { name, title, unit, digits, ofModel: false, values: (profile) => [value(profile)] };
}

function amount(name: MeasureName, title: string, unit: string, digits: number): Measure {
  const values = ({ amount: own }: Profile): number[] => (own === undefined ? [] : [own]);
  return { name, title, unit, digits, ofModel: true, values };
}
