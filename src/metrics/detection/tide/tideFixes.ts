import { averagePrecision } from "../coco/averagePrecision.ts";
import { type ClassMatches, FALSE_POSITIVE, IGNORED, TRUE_POSITIVE } from "../coco/matching.ts";
import { type ClassErrors, type TruthList, WRONG_TYPES, type WrongType } from "./tideErrors.ts";

/** What average precision needs of a class: outcomes of its detections, best score first, and how many objects to find. */
export interface ClassOutcomes {
  outcomes: Uint8Array;
  positives: number;
}

/** As they are, at the first threshold and slice of the matches. */
export function unfixed({ outcomes, positives }: ClassMatches): ClassOutcomes {
  return { outcomes: outcomes[0]?.[0] ?? new Uint8Array(), positives: positives[0] ?? 0 };
}

/**
 * As if no detection were wrong in this way: those of the wrong place or class find the object that they should have
 * been, unless another has found it (of several such the surest finds it); all others are left out.
 */
export function fixDetections(
  type: WrongType,
  perClass: readonly ClassMatches[],
  errors: readonly ClassErrors[],
  truths: TruthList,
): ClassOutcomes[] {
  const code = WRONG_TYPES.indexOf(type);
  const isMoved = type === "classification" || type === "localisation";
  const finds = isMoved ? newFinds(code, perClass, errors, truths) : perClass.map(() => []);
  return perClass.map((matches, k) => {
    const { outcomes, positives } = unfixed(matches);
    const { places, types } = errors[k] as ClassErrors;
    const kept = outcomes.slice();
    places.forEach((place, e) => {
      if (types[e] === code) kept[place] = IGNORED;
    });
    return { outcomes: withFinds(kept, matches, finds[k] ?? []), positives };
  });
}

/** As if so many objects, which nothing found, had not been there: which makes the class as good as it is at the rest. */
export function fixMissed({ outcomes, positives }: ClassOutcomes, missed: number): ClassOutcomes {
  return { outcomes, positives: positives - missed };
}

/** As if no detection had found nothing. */
export function fixFalsePositives({ outcomes, positives }: ClassOutcomes): ClassOutcomes {
  return { outcomes: outcomes.map((outcome) => (outcome === FALSE_POSITIVE ? IGNORED : outcome)), positives };
}

/** As if every object that nothing found had not been there. */
export function fixFalseNegatives({ outcomes }: ClassOutcomes): ClassOutcomes {
  return { outcomes, positives: outcomes.reduce((count, outcome) => count + Number(outcome === TRUE_POSITIVE), 0) };
}

/**
 * Average precision as COCO has it, but 0 if no object is left to find and yet something wrong was found. NaN if nothing
 * at all is left.
 */
export function averagePrecisionOf({ outcomes, positives }: ClassOutcomes): number {
  return positives === 0 && outcomes.includes(FALSE_POSITIVE) ? 0 : averagePrecision(outcomes, positives);
}

/** A detection where it belongs in the order of scores of the class that it should have been. */
interface Find {
  score: number;
  image: number;
  /** Its index among the detections of the image. */
  index: number;
}

/** [classes] for each object that nothing found the surest of the detections that should have, best score first. */
function newFinds(
  code: number,
  perClass: readonly ClassMatches[],
  errors: readonly ClassErrors[],
  { classes, found }: TruthList,
): Find[][] {
  const surest = new Map<number, Find>();
  errors.forEach(({ places, types, truths }, k) => {
    const { detections, rows } = perClass[k] as ClassMatches;
    types.forEach((type, e) => {
      const truth = truths[e] as number;
      if (type !== code || found[truth] === 1) return;
      const row = rows[places[e] as number] as number;
      const find = {
        score: detections.scores[row] as number,
        image: detections.images[row] as number,
        index: detections.indices[row] as number,
      };
      const rival = surest.get(truth);
      if (rival === undefined || byScore(find, rival) < 0) surest.set(truth, find);
    });
  });
  const finds = perClass.map((): Find[] => []);
  for (const [truth, find] of surest) finds[classes[truth] as number]?.push(find);
  for (const ofClass of finds) ofClass.sort(byScore);
  return finds;
}

/** The outcomes with further finds among them. */
function withFinds(outcomes: Uint8Array, { detections, rows }: ClassMatches, finds: readonly Find[]): Uint8Array {
  if (finds.length === 0) return outcomes;
  const merged = new Uint8Array(outcomes.length + finds.length).fill(TRUE_POSITIVE);
  let next = 0;
  outcomes.forEach((outcome, place) => {
    const row = rows[place] as number;
    const detection = {
      score: detections.scores[row] as number,
      image: detections.images[row] as number,
      index: detections.indices[row] as number,
    };
    for (let find = finds[next]; find !== undefined && byScore(find, detection) < 0; find = finds[++next]);
    merged[place + next] = outcome;
  });
  return merged;
}

/** Best score first; equal scores in the order of images, and within one as given. */
function byScore(a: Find, b: Find): number {
  return b.score - a.score || a.image - b.image || a.index - b.index;
}
