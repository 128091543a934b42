import type { LabelledObject } from "../dataset.ts";
import type { Coordinates } from "../formats/format.ts";
import type { Findings } from "./findings.ts";

type Box = LabelledObject["box"];

/** How often the corners of boxes lie at the borders of their images, as the files have the numbers. */
export interface EndCounts {
  /** Minima and maxima that were looked at, x and y together. */
  minima: number;
  maxima: number;
  minimum0: number;
  minimum1: number;
  /** How many minima there are of each of 2, 3, 4 and 5, on average: what 0 and 1 would have without a border. */
  minimumElsewhere: number;
  /** One less than the image's side, the side, and more. */
  maximumSideLess1: number;
  maximumSide: number;
  maximumBeyond: number;
}

/** How the numbers of the files seem to be meant. */
export interface ConventionVerdict {
  /** `labelimg or voc`: from 1, with the last pixel's number as maximum; `unknown`: too few boxes touch a border. */
  verdict: "labelimg or voc" | "zero-based" | "zero-based, last pixel included" | "mixed" | "unknown";
  sure: "yes" | "probably" | "no";
  /** The numbers it rests on, in words. */
  because: string;
  counts: EndCounts;
}

/** Boxes at a border from which on the verdict is sure, or probable. */
const SURE = 20;
const PROBABLE = 4;

/** Counts where the corners of boxes lie. */
export class BoxEnds {
  readonly #minima = new Map<number, number>();
  #count = 0;
  #maxima = 0;
  #sideLess1 = 0;
  #side = 0;
  #beyond = 0;

  /** Takes a box up as its file has it, and the size of the image as the file states it. */
  add([xmin, ymin, xmax, ymax]: Box, size: { width: number; height: number } | undefined): void {
    for (const minimum of [xmin, ymin]) {
      this.#count++;
      if (minimum <= 5) this.#minima.set(minimum, (this.#minima.get(minimum) ?? 0) + 1);
    }
    if (!size) return;
    for (const over of [xmax - size.width, ymax - size.height]) {
      this.#maxima++;
      if (over === -1) this.#sideLess1++;
      if (over === 0) this.#side++;
      if (over > 0) this.#beyond++;
    }
  }

  counts(): EndCounts {
    const of = (value: number): number => this.#minima.get(value) ?? 0;
    return {
      ...{ minima: this.#count, maxima: this.#maxima, minimum0: of(0), minimum1: of(1) },
      minimumElsewhere: (of(2) + of(3) + of(4) + of(5)) / 4,
      ...{ maximumSideLess1: this.#sideLess1, maximumSide: this.#side, maximumBeyond: this.#beyond },
    };
  }
}

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
  const { minimum0, minimum1, minimumElsewhere, maximumSide, maximumSideLess1 } = counts;
  // Ones beyond what 2 to 5 have: those at the border.
  const ones = Math.max(0, minimum1 - minimumElsewhere);
  const share = (part: number, of: number) => `${part} of ${of}`;
  const because =
    `${share(minimum0, counts.minima)} minima are 0, ${minimum1} are 1 (2 to 5: ${minimumElsewhere} each); ` +
    `${share(maximumSide, counts.maxima)} maxima are the image's side, ${maximumSideLess1} one less, ${counts.maximumBeyond} more`;
  const told = (verdict: ConventionVerdict["verdict"], evidence: number): ConventionVerdict => {
    const sure = evidence >= SURE ? "yes" : evidence >= PROBABLE ? "probably" : "no";
    return { verdict: sure === "no" ? "unknown" : verdict, sure, because, counts };
  };
  if (minimum0 >= PROBABLE && ones >= PROBABLE && Math.min(minimum0, ones) * 5 >= Math.max(minimum0, ones)) {
    return told("mixed", Math.min(minimum0, ones));
  }
  if (minimum0 > ones) {
    const inclusive = maximumSideLess1 >= PROBABLE && maximumSideLess1 > 5 * (maximumSide + counts.maximumBeyond);
    return told(inclusive ? "zero-based, last pixel included" : "zero-based", minimum0);
  }
  return told("labelimg or voc", ones);
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
