import { knownOptions } from "../../../geometry/knownOptions.ts";
import { averagePrecision } from "../coco/averagePrecision.ts";
import type { EvaluationImage } from "../evaluationImage.ts";
import { type ClassMatches, matchDetections, type MatchOptions } from "../coco/matching.ts";
import { overlapOf } from "../coco/overlaps.ts";
import { type ClassErrors, findErrors, findMissed, listTruths, type TruthList, WRONG_TYPES } from "./tideErrors.ts";
import {
  averagePrecisionOf,
  fixDetections,
  fixFalseNegatives,
  fixFalsePositives,
  fixMissed,
  unfixed,
} from "./tideFixes.ts";
import { listMissedTruths, listWrongDetections, type MissedTruth, type WrongDetection } from "./tideLists.ts";
import { type Fix, type Fixes, summarize, type TideSummary } from "./tideSummary.ts";

export type { MissedTruth, WrongDetection } from "./tideLists.ts";
export type { ErrorCost, TideErrorType, TideSummary } from "./tideSummary.ts";

export interface ClassTide extends TideSummary {
  /** Index into the list of classes. */
  class: number;
  name: string;
  /** How many objects there were to find. */
  truths: number;
}

export interface Tide extends TideSummary {
  /** Errors count for the class that was detected; `dAP` is what a class gains if they are put right in all classes. */
  perClass: ClassTide[];
  /** What costs most comes first. */
  wrongDetections: WrongDetection[];
  /** What costs most comes first. */
  missedTruths: MissedTruth[];
}

export type TideOptions = Pick<MatchOptions, "maxDetections" | "overlap">;

/**
 * TIDE: what is wrong with the detections at IoU 0.5, and how much AP50 each kind of error costs: `dAP` is what AP50
 * would gain if that kind alone were put right, everything else as it is.
 *
 * A detection that found nothing is, by its highest IoU with the objects of its own class and with those of others, the
 * first of these that holds:
 * - localisation: 0.1 to 0.5 with its own. Put right, it finds that object.
 * - classification: 0.5 or more with another's. Put right, it is of that class and finds that object.
 * - duplicate: more than 0.5 with its own, which a surer one found. Put right, it is left out, as in the next two.
 * - background: 0.1 or less with all.
 * - both (class and place are wrong): 0.1 to 0.5 with another's.
 *
 * An object that was found is not found again: a detection that would is left out instead, and so are all but the
 * surest of several for one object. `missed` are the objects not found, without those for which there is a detection of
 * the wrong place or class; put right, they do not count. `falsePositives` leaves out all that found nothing,
 * `falseNegatives` counts no object that was not found.
 *
 * Crowds, objects to ignore and detections that found them are no errors. AP50 is COCO's, over the classes that have
 * objects; a class of which a fix leaves neither objects nor wrong detections leaves the mean.
 *
 * Where tidecv, the authors' code, has other numbers, it departs from the paper or from COCO: it takes detections in
 * crowds for errors, puts right one detection of an object with both a wrong place and a wrong class (the surer,
 * whichever of the two is fixed), counts classes without objects as 0, reorders equal scores, reads precision at i / 100
 * where COCO does at i * 0.01, and looks at the best 100 detections of an image, COCO at those of each class in it.
 *
 * Throws AnchorkitError as `matchDetections` does.
 * Reference: D. Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors", 2020, section 2.
 */
export function evaluateTide(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: TideOptions = {},
): Tide {
  knownOptions("evaluateTide", options, { maxDetections: true, overlap: true });
  const { overlap = "box", ...rest } = options;
  const { perClass } = matchDetections(images, classes, { ...rest, overlap, iouThresholds: [0.5] });
  const truths = listTruths(perClass, images.length);
  const errors = perClass.map((_, k) => findErrors(perClass, k, truths, overlapOf(overlap)));
  const missed = findMissed(perClass, errors, truths);
  const base = perClass.map(unfixed).map(({ outcomes, positives }) => averagePrecision(outcomes, positives));
  const fixes = fixAll(perClass, errors, missed, truths);
  return {
    ...summarize([...classes.keys()], base, fixes),
    perClass: perClass.map((matches, k) => ({
      class: k,
      name: classes[k] ?? "",
      truths: unfixed(matches).positives,
      ...summarize([k], base, fixes),
    })),
    wrongDetections: listWrongDetections(perClass, errors, truths),
    missedTruths: listMissedTruths(perClass, missed),
  };
}

function fixAll(
  perClass: readonly ClassMatches[],
  errors: readonly ClassErrors[],
  missed: readonly number[][],
  truths: TruthList,
): Fixes {
  const asIs = perClass.map(unfixed);
  const [classification, localisation, both, duplicate, background] = WRONG_TYPES.map((type, code): Fix => ({
    counts: errors.map(({ types }) => types.filter((each) => each === code).length),
    precisions: fixDetections(type, perClass, errors, truths).map(averagePrecisionOf),
  })) as [Fix, Fix, Fix, Fix, Fix];
  const found = asIs.map(fixFalseNegatives);
  return {
    classification,
    localisation,
    both,
    duplicate,
    background,
    missed: {
      counts: missed.map(({ length }) => length),
      precisions: asIs.map((outcomes, k) => averagePrecisionOf(fixMissed(outcomes, missed[k]?.length ?? 0))),
    },
    falsePositives: {
      counts: errors.map(({ places }) => places.length),
      precisions: asIs.map((outcomes) => averagePrecisionOf(fixFalsePositives(outcomes))),
    },
    falseNegatives: {
      counts: asIs.map(({ positives }, k) => positives - (found[k]?.positives ?? 0)),
      precisions: found.map(averagePrecisionOf),
    },
  };
}
