import type { ClassMatches } from "../coco/matching.ts";
import { falsePositiveCosts, missCost } from "./tideCosts.ts";
import { type ClassErrors, type TruthList, WRONG_TYPES, type WrongType } from "./tideErrors.ts";
import { unfixed } from "./tideFixes.ts";

/** A detection that found nothing. */
export interface WrongDetection {
  /** Index into the list of images. */
  image: number;
  /** Index among the detections of the image. */
  detection: number;
  /** Index of the class that was detected. */
  class: number;
  type: WrongType;
  score: number;
  /** Index among the labelled objects of the image of the one it should have been; null for background. */
  truth: number | null;
  /** IoU with that object; for background the highest with any. */
  iou: number;
  /** The AP50 gained if this detection alone were left out. */
  cost: number;
}

/** A labelled object that nothing found, and nothing would have found in another place or class. */
export interface MissedTruth {
  /** Index into the list of images. */
  image: number;
  /** Index among the labelled objects of the image. */
  truth: number;
  class: number;
  /** The AP50 gained if the surest detection of all had found it; the same for all of a class. */
  cost: number;
}

/** All wrong detections: those that cost most first, of equals the surer. */
export function listWrongDetections(
  perClass: readonly ClassMatches[],
  errors: readonly ClassErrors[],
  truths: TruthList,
): WrongDetection[] {
  const counted = countedClasses(perClass);
  const wrong = errors.flatMap(({ places, types, truths: meant, ious }, k) => {
    const { detections, rows, ...matches } = perClass[k] as ClassMatches;
    const costs = falsePositiveCosts(unfixed({ detections, rows, ...matches }));
    return Array.from(places, (place, e): WrongDetection => {
      const row = rows[place] as number;
      const image = detections.images[row] as number;
      const truth = meant[e] as number;
      return {
        image,
        detection: detections.indices[row] as number,
        class: k,
        type: WRONG_TYPES[types[e] as number] ?? "background",
        score: detections.scores[row] as number,
        truth: truth === -1 ? null : truth - (truths.first[image] as number),
        iou: ious[e] as number,
        cost: counted === 0 ? 0 : (costs[place] as number) / counted,
      };
    });
  });
  return wrong.sort((a, b) => b.cost - a.cost || b.score - a.score);
}

/** The missed objects out of their rows in each class: those that cost most first, of equals the larger. */
export function listMissedTruths(
  perClass: readonly ClassMatches[],
  rows: readonly (readonly number[])[],
): MissedTruth[] {
  const counted = countedClasses(perClass);
  const missed = perClass.flatMap((matches, k) => {
    const ofClass = rows[k] ?? [];
    if (ofClass.length === 0) return [];
    const cost = missCost(unfixed(matches)) / counted;
    const { images, indices, areas } = matches.truths;
    return ofClass.map((row) => ({
      area: areas[row] as number,
      object: { image: images[row] as number, truth: indices[row] as number, class: k, cost },
    }));
  });
  return missed.sort((a, b) => b.object.cost - a.object.cost || b.area - a.area).map(({ object }) => object);
}

/** How many classes AP50 is a mean over. */
function countedClasses(perClass: readonly ClassMatches[]): number {
  return perClass.filter((matches) => unfixed(matches).positives > 0).length;
}
