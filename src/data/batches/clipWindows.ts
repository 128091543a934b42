/** Which frames of a clip that is longer than the network looks at: spread evenly over it, or a stretch of neighbours. */
export const SAMPLINGS = ["even", "window"] as const;
export type Sampling = (typeof SAMPLINGS)[number];

/**
 * The places of the frames that stand for a clip, rising; all of them where it is no longer than `frames`. `even`: the clip
 * in as many equal parts, and of each the frame at the share `at` of it (Wang et al., "Temporal Segment Networks", 2016).
 * `window`: neighbours, which begin at the share `at` of all that there is room for.
 *
 * @param at 0 to below 1: drawn at random in training, else 0.5, the middle
 */
export function framesOfClip(length: number, frames: number, sampling: Sampling, at: number): number[] {
  const taken = Math.min(length, frames);
  const first = length <= frames ? 0 : Math.floor(at * (length - frames + 1));
  return Array.from({ length: taken }, (_, i) =>
    length <= frames || sampling === "window" ? first + i : Math.floor(((i + at) * length) / frames),
  );
}

/** Neighbouring frames of which some have been in a window before. */
export interface Window {
  places: number[];
  /** How many of the first were in the window before. */
  seen: number;
}

/** Windows of `frames` neighbours that cover a clip; the last one ends with the clip, and overlaps the one before it. */
export function windowsOver(length: number, frames: number): Window[] {
  return Array.from({ length: Math.max(1, Math.ceil(length / frames)) }, (_, i) => {
    const first = Math.max(0, Math.min(i * frames, length - frames));
    const places = Array.from({ length: Math.min(frames, length - first) }, (_, k) => first + k);
    return { places, seen: i * frames - first };
  });
}
