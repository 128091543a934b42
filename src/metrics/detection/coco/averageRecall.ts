import { AnchorkitError } from "../../../base/errors.ts";
import { meanOverClasses } from "../../meanOverClasses.ts";
import { classAgnostic } from "../classAgnostic.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import {
  type ClassMatches,
  type DetectionMatches,
  matchDetections,
  type MatchOptions,
  TRUE_POSITIVE,
} from "./matching.ts";

export interface ClassAverageRecall {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find. */
  truths: number;
  /** One for each number of proposals; NaN without objects. */
  averageRecall: number[];
}

/** Average recall against the number of proposals. */
export interface AverageRecallCurve {
  /** How many detections of each image (and class) are looked at, the best. */
  proposals: number[];
  /** The mean over the classes that have objects, one for each number of proposals. */
  averageRecall: number[];
  perClass: ClassAverageRecall[];
}

const PROPOSALS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * Average recall, the mean over the IoU thresholds of the share of objects found, by the best 1, 2, 5, 10 ... 1000
 * detections of each class in an image, as far as `maxDetections` of the matching goes. For proposals without regard to
 * class, give what `matchProposals` answers.
 * Throws AnchorkitError for a number of proposals above the `maxDetections` that were matched.
 * Reference: J. Hosang et al., "What Makes for Effective Detection Proposals?", 2016; COCO's AR.
 */
export function averageRecallCurve(
  { classes, perClass, maxDetections }: DetectionMatches,
  proposals: readonly number[] = PROPOSALS.filter((count) => count <= maxDetections),
): AverageRecallCurve {
  const tooMany = proposals.find((count) => count > maxDetections);
  if (tooMany !== undefined) {
    throw new AnchorkitError(
      `averageRecallCurve: ${tooMany} proposals need matches with maxDetections ${tooMany} or more, got ${maxDetections}`,
    );
  }
  const curves = perClass.map((matches, k) => ({
    class: k,
    name: classes[k] ?? "",
    truths: matches.positives[0] ?? 0,
    averageRecall: averageRecalls(matches, proposals, maxDetections),
  }));
  return {
    proposals: [...proposals],
    averageRecall: proposals.map((_, i) => meanOverClasses(curves.map((curve) => curve.averageRecall[i] as number))),
    perClass: curves,
  };
}

/**
 * Matches up to 1000 detections of each image with its objects whatever their classes, which is how proposals are
 * judged (pycocotools' useCats = 0). The answer has a single class, "any".
 * Throws AnchorkitError as `matchDetections` does.
 */
export function matchProposals(
  images: readonly EvaluationImage[],
  { maxDetections = 1000, ...options }: MatchOptions = {},
): DetectionMatches {
  return matchDetections(images.map(classAgnostic), ["any"], { ...options, maxDetections });
}

function averageRecalls(
  { outcomes: [atThresholds = []], ranks, positives: [positives = 0] }: ClassMatches,
  proposals: readonly number[],
  maxDetections: number,
): number[] {
  const findsAtRank = new Float64Array(Math.min(maxDetections, ranks.length)); // over all IoU thresholds
  for (const outcomes of atThresholds) {
    for (let place = 0; place < outcomes.length; place++) {
      if (outcomes[place] === TRUE_POSITIVE) (findsAtRank[ranks[place] as number] as number)++;
    }
  }
  return proposals.map((count) => {
    const finds = findsAtRank.subarray(0, count).reduce((sum, found) => sum + found, 0);
    return finds / atThresholds.length / positives;
  });
}
