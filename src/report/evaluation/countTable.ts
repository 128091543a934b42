import { iouIndexOf } from "../../metrics/detection/coco/ranked.ts";
import { type DetectionMatches, IGNORED, TRUE_POSITIVE } from "../../metrics/detection/coco/matching.ts";
import { type OperatingPoint, pointOf } from "../../metrics/detection/operatingPoints.ts";
import type { Tide } from "../../metrics/detection/tide/tide.ts";
import { WRONG_TYPES, type WrongType } from "../../metrics/detection/tide/tideErrors.ts";
import { confidenceText, type Thresholds } from "./thresholds.ts";

/**
 * From which the page counts at any threshold. A step is three numbers: the last threshold that some detections pass,
 * how many of these are right, and how many wrong; so the counts at a threshold are the sums of the steps from it on.
 */
export interface CountTable {
  thresholds: number[];
  /** The same in words. */
  labels: string[];
  /** Where the slider stands at first: the operating point. */
  start: number;
  all: CountedClass;
  classes: CountedClass[];
  /** For each kind of error, pairs: the last threshold that some wrong detections pass, and how many. */
  wrong: Record<WrongType, number[]>;
}

export interface CountedClass {
  /** How many objects there are to find. */
  truths: number;
  steps: number[];
}

/** What detections of IoU 0.5 come to at each threshold, of all classes together and of those asked for (by index). */
export function countTable(
  matches: DetectionMatches,
  tide: Tide,
  { values, start, lastPassedBy }: Thresholds,
  classes: readonly number[],
): CountTable {
  const iou = iouIndexOf(matches, 0.5);
  const all = { truths: 0, right: new Float64Array(values.length), wrong: new Float64Array(values.length) };
  const perClass = matches.perClass.map(({ detections, rows, outcomes: [slice = []], positives: [truths = 0] }) => {
    const counts = { truths, right: new Float64Array(values.length), wrong: new Float64Array(values.length) };
    const outcomes = slice[iou] ?? new Uint8Array();
    for (let place = 0; place < rows.length; place++) {
      if (outcomes[place] === IGNORED) continue;
      const column = outcomes[place] === TRUE_POSITIVE ? counts.right : counts.wrong;
      (column[lastPassedBy(detections.scores[rows[place] as number] as number)] as number)++;
    }
    all.truths += truths;
    for (let i = 0; i < values.length; i++) {
      (all.right[i] as number) += counts.right[i] as number;
      (all.wrong[i] as number) += counts.wrong[i] as number;
    }
    return counts;
  });
  return {
    thresholds: values,
    labels: values.map(confidenceText),
    start,
    all: stepsOf(all),
    classes: classes.map((k) => stepsOf(perClass[k] as Counts)),
    wrong: wrongByType(tide, values.length, lastPassedBy),
  };
}

/** What a counted class comes to at a threshold (an index), as the page's script computes it. */
export function pointAt({ truths, steps }: CountedClass, thresholds: readonly number[], at: number): OperatingPoint {
  let [right, wrong] = [0, 0];
  for (let i = 0; i < steps.length; i += 3) {
    if ((steps[i] as number) < at) continue;
    right += steps[i + 1] as number;
    wrong += steps[i + 2] as number;
  }
  return pointOf(thresholds[at] ?? NaN, right, right + wrong, truths);
}

interface Counts {
  truths: number;
  /** [thresholds] detections whose last passed threshold it is. */
  right: Float64Array;
  wrong: Float64Array;
}

function stepsOf({ truths, right, wrong }: Counts): CountedClass {
  const steps: number[] = [];
  right.forEach((count, i) => {
    const mistakes = wrong[i] as number;
    if (count + mistakes > 0) steps.push(i, count, mistakes);
  });
  return { truths, steps };
}

function wrongByType(tide: Tide, length: number, lastPassedBy: Thresholds["lastPassedBy"]): CountTable["wrong"] {
  const pairs = (type: WrongType): number[] => {
    const counts = new Float64Array(length);
    for (const error of tide.wrongDetections) {
      if (error.type === type) (counts[lastPassedBy(error.score)] as number)++;
    }
    return Array.from(counts).flatMap((count, i) => (count > 0 ? [i, count] : []));
  };
  return Object.fromEntries(WRONG_TYPES.map((type) => [type, pairs(type)])) as CountTable["wrong"];
}
