/** What a classifier says of an image. */
export interface Classification {
  /** Of each class, 0 to 1. */
  probabilities: Float32Array;
  /** Where the one object is, x1, y1, x2, y2 in pixels of the image; of classifiers that learnt boxes. */
  box?: [number, number, number, number];
}

/**
 * The classes that an image counts as showing, most probable first: the most probable one, or of classifiers that name
 * any number those whose probability reaches their threshold (0.5 unless chosen).
 */
export function namedClasses(
  { probabilities }: Pick<Classification, "probabilities">,
  { multiLabel, thresholds }: { multiLabel: boolean; thresholds?: readonly number[] | undefined },
): number[] {
  const order = [...probabilities.keys()].sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  if (!multiLabel) return order.slice(0, 1);
  return order.filter((k) => (probabilities[k] ?? 0) >= (thresholds?.[k] ?? 0.5));
}
