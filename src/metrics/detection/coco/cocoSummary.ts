/** COCO's twelve numbers, each in 0..1; NaN where there was no object to find, or too few detections were looked at. */
export interface CocoSummary {
  /** Average precision: the mean over the IoU thresholds 0.5, 0.55 ... 0.95. */
  AP: number;
  /** At IoU 0.5 alone. */
  AP50: number;
  /** At IoU 0.75 alone. */
  AP75: number;
  /** Of objects of at most 32 * 32 pixels. */
  APsmall: number;
  /** From 32 * 32 to 96 * 96 pixels. */
  APmedium: number;
  /** From 96 * 96 pixels. */
  APlarge: number;
  /** Average recall, the mean over the same thresholds, with the best detection of each class in an image. */
  AR1: number;
  /** With the best 10; NaN where `maxDetections` is less. */
  AR10: number;
  /** With the best 100; NaN where `maxDetections` is less. */
  AR100: number;
  /** With as many as `maxDetections` says, as all AP: 100 unless told. */
  ARsmall: number;
  ARmedium: number;
  ARlarge: number;
}

/** The names of the twelve, in COCO's order. */
export const COCO_KEYS = [
  ...(["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"] as const),
  ...(["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"] as const),
] as const satisfies readonly (keyof CocoSummary)[];

/** How many detections of each class in an image a number needs to be what it is called; 1 for most. */
export function detectionsFor(key: string): number {
  return key === "AR100" ? 100 : key === "AR10" ? 10 : 1;
}

/** What `make` answers for each of the twelve. */
export function byCocoKey<T>(make: (key: keyof CocoSummary, i: number) => T): Record<keyof CocoSummary, T> {
  return Object.fromEntries(COCO_KEYS.map((key, i) => [key, make(key, i)])) as Record<(typeof COCO_KEYS)[number], T>;
}
