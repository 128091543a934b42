import type { Measure } from "./measures.ts";

/** `drift`: significant, and no smaller than the floor; `slight`: significant, and smaller. */
export type DriftVerdict = "drift" | "slight" | "none" | "constant" | "too few" | "missing";

/** What became of one measure. */
export interface MeasureDrift {
  measure: Measure;
  verdict: DriftVerdict;
  /** Of the test by itself, and corrected for the number of tests (Holm); NaN where none was made. */
  p: number;
  adjusted: number;
  /** How large the difference is, 0 to 1, see `FLOORS`. */
  effect: number;
  /** Population stability index and Jensen-Shannon distance, of tenths of the reference or of classes; NaN of embeddings. */
  stability: number;
  distance: number;
  /** Medians of numbers; NaN of others. */
  before: number;
  now: number;
  /** Of classes: the shares of each. */
  shares?: { before: number[]; now: number[] };
  /** Places of current images that show the difference best, at most 3. */
  examples: number[];
}

/**
 * The smallest difference that is called drift: of the cumulated shares (Kolmogorov-Smirnov's D), of class shares (total
 * variation: the share of all objects that would have to be of another class), and of the embeddings' distances (the part
 * of them that is between the two sets). A difference can be significant and too small to matter, with many images.
 */
export const FLOORS = { numbers: 0.1, classes: 0.02, embeddings: 0.01 } as const;

/** The floor of a measure, and what its effect is called. */
export function floorOf({ name }: Measure): { floor: number; what: string } {
  if (name === "classes") return { floor: FLOORS.classes, what: "total variation" };
  if (name === "embeddings") return { floor: FLOORS.embeddings, what: "share of the distance" };
  return { floor: FLOORS.numbers, what: "D" };
}
