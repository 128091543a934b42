import type { Coordinates } from "../formats/format.ts";
import type { EndCounts } from "./boxEnds.ts";
import type { Findings } from "./findings.ts";
import type { ConventionVerdict } from "./report.ts";

/** Boxes at a border from which on the verdict is sure, or probable. */
const SURE = 20;
const PROBABLE = 4;
/** Of two numbers that stand out, the smaller one is chance or slips if the larger one is more than so many times it. */
const MIXED = 5;

/**
 * How corners are meant, from how often they lie at the border: people draw objects that leave the image up to it, so
 * the border's number stands out. A minimum of 0 exists only where counting starts at 0. LabelImg writes 1 for 0, and
 * the VOC devkit counts from 1: both have many 1s, no 0, and maxima up to the image's side; which of the two it is, the
 * numbers do not tell. Maxima that stop one short of the side include the last pixel.
 *
 * @returns undefined where no corners were counted
 */
export function judgeConvention(counts: EndCounts): ConventionVerdict | undefined {
  if (counts.minima === 0) return undefined;
  const { minimum0, minimum1, minimum2, minimumElsewhere, maximumSide, maximumSideLess1, maximumBeyond } = counts;
  // Ones beyond what 2 to 5 have: those at the border (people who stop short of it leave 1 and 2 as often).
  const usual = Math.max(minimum2, minimumElsewhere);
  const ones = Math.max(0, minimum1 - usual);
  // Ones that chance does not explain where counting starts at 0: there they are no more than 0s, or 2s.
  const chance = 2.5 * Math.sqrt(minimum0 + minimum1);
  const surplus = Math.max(0, ones - 2 * Math.sqrt(Math.max(0.5, usual)), minimum1 - minimum0 - chance);
  const share = (part: number, of: number) => `${part} of ${of}`;
  const because =
    `${share(minimum0, counts.minima)} minima are 0, ${minimum1} are 1 (2 to 5: ${minimumElsewhere} each); ` +
    `${share(maximumSide, counts.maxima)} maxima are the image's side, ${maximumSideLess1} one less, ${maximumBeyond} more`;
  const told = (verdict: ConventionVerdict["verdict"], evidence: number): ConventionVerdict => {
    const sure = evidence >= SURE ? "yes" : evidence >= PROBABLE ? "probably" : "no";
    return { verdict: sure === "no" ? "unknown" : verdict, sure, because, counts };
  };
  const both = Math.min(minimum0, surplus);
  if (both > 0 && both * MIXED >= Math.max(minimum0, ones)) return told("mixed", both);
  // Few of both: mixed, or chance.
  if (2 * Math.min(minimum0, ones) > Math.max(minimum0, ones)) return told("unknown", 0);
  if (minimum0 > ones) {
    const inclusive = maximumSideLess1 > MIXED * (maximumSide + maximumBeyond);
    // Of few maxima at the border chance may be the reason; more 1s than 0s may be a mixture that chance hides.
    const isDoubtful = (inclusive && maximumSideLess1 < PROBABLE) || minimum1 > minimum0;
    const evidence = isDoubtful ? Math.min(minimum0, SURE - 1) : minimum0;
    return told(inclusive ? "zero-based, last pixel included" : "zero-based", evidence);
  }
  // No 0 where 2 to 5 are frequent says the same as a surplus of 1.
  return told("labelimg or voc", Math.max(ones, minimum0 === 0 ? minimumElsewhere : 0));
}

/** Tells where the corners are read in another way than their numbers say. */
export function checkConvention(counts: EndCounts, read: Coordinates | undefined, findings: Findings): void {
  const judged = judgeConvention(counts);
  if (judged?.sure !== "yes") return;
  const advice = {
    "labelimg or voc": read === "zero-based" ? "leave --coordinates out" : undefined,
    "zero-based": read === "zero-based" ? undefined : "pass --coordinates zero-based",
    "zero-based, last pixel included": "add 1 to the maxima, and pass --coordinates zero-based",
    mixed: "the files come from tools that count differently; correct them at their source",
    unknown: undefined,
  }[judged.verdict];
  if (advice !== undefined) findings.add("convention", "data set", { detail: `${judged.verdict}: ${advice}` });
}
