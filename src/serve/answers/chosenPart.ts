import { namedClasses } from "../../classification/namedClasses.ts";
import { countingScores, DEFAULT_SCORE } from "../../detection/thresholds.ts";
import { first, scoredFrom } from "../../geometry/detections.ts";
import type { Answer, ImageModel } from "../inference/messages.ts";

/** Which part of an answer is asked for. */
export interface Choice {
  /** The lowest score that counts. */
  score?: number | undefined;
  /** How many at most, the best ones. */
  max?: number | undefined;
}

/** What is known of a model. */
export type Description = ImageModel["description"];

/** The part of an answer that was asked for: of objects those with at least the score, and so many of them. */
export function chosenPart(answer: Answer, { score = 0, max = Infinity }: Choice): Answer {
  if (answer.kind === "detection") return { ...answer, detections: first(max, scoredFrom(score, answer.detections)) };
  if (answer.kind !== "segmentation") return answer;
  return { ...answer, regions: answer.regions.filter((region) => region.score >= score).slice(0, max) };
}

/** The part that a model counts as found unless told another score: of detectors from the thresholds that they keep. */
export function countedPart(answer: Answer, description: Description, choice: Choice): Answer {
  if (answer.kind !== "detection" || choice.score !== undefined) return chosenPart(answer, choice);
  const least = "levels" in description ? countingScores(description) : DEFAULT_SCORE;
  return chosenPart({ ...answer, detections: scoredFrom(least, answer.detections) }, choice);
}

/** The classes that an image counts as showing, the most probable first. */
export function shownClasses(
  answer: Extract<Answer, { kind: "classification" }>,
  description: Description,
  { score }: Choice,
): number[] {
  const { multiLabel, thresholds } = "multiLabel" in description ? description : { multiLabel: false };
  const own = score === undefined ? thresholds : description.classes.map(() => score);
  return namedClasses(answer, { multiLabel, thresholds: own });
}
