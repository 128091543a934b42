import type { DetectionMatches } from "../../metrics/detection/coco/matching.ts";

/** The confidence thresholds that the report's slider can be set to: 201, equally far apart. */
export interface Thresholds {
  /** [201] ascending; 0, 0.005 ... 1 where scores are in 0..1, otherwise from the lowest score to the highest. */
  values: number[];
  /** The last threshold that a score passes (score >= threshold): the detection is there up to this one. */
  lastPassedBy: (score: number) => number;
}

const STEPS = 200;

export function thresholdsFor({ perClass }: DetectionMatches): Thresholds {
  let [low, high] = [0, 1];
  for (const { detections } of perClass) {
    for (const score of detections.scores) {
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  const values = Array.from({ length: STEPS + 1 }, (_, i) => (low * (STEPS - i) + high * i) / STEPS);
  const lastPassedBy = (score: number): number => {
    let index = Math.min(STEPS, Math.max(0, Math.floor(((score - low) / (high - low)) * STEPS)));
    // The quotient may have been rounded over a threshold, in either direction.
    while (index > 0 && score < (values[index] as number)) index--;
    while (index < STEPS && score >= (values[index + 1] as number)) index++;
    return index;
  };
  return { values, lastPassedBy };
}
