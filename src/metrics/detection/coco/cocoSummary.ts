/** COCO's twelve numbers, each in 0..1; NaN where there was no object to find. */
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
  /** With the best 10. */
  AR10: number;
  /** With the best 100, as all that follows and all AP. */
  AR100: number;
  ARsmall: number;
  ARmedium: number;
  ARlarge: number;
}

/** The names of the twelve, in COCO's order. */
export const COCO_KEYS = [
  ...(["AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge"] as const),
  ...(["AR1", "AR10", "AR100", "ARsmall", "ARmedium", "ARlarge"] as const),
] as const satisfies readonly (keyof CocoSummary)[];

/** What `make` answers for each of the twelve. */
export function byCocoKey<T>(make: (key: keyof CocoSummary, i: number) => T): Record<keyof CocoSummary, T> {
  return Object.fromEntries(COCO_KEYS.map((key, i) => [key, make(key, i)])) as Record<(typeof COCO_KEYS)[number], T>;
}
