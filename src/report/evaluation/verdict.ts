import type { TruthColumns } from "../../base/detectedImage.ts";
import { flatBoxes } from "../../geometry/readBoxes.ts";
import type { DetectionAnalysis } from "../../metrics/detection/analysis.ts";
import type { OperatingPoint } from "../../metrics/detection/operatingPoints.ts";
import type { TideErrorType } from "../../metrics/detection/tide/tide.ts";
import type { EvaluationReportInput } from "./input.ts";
import { confidenceText } from "./thresholds.ts";
import { TRAIN_LONGER, tooFewSteps, tooFewStepsText } from "./tooFewSteps.ts";
import { count, countOf } from "../../base/words.ts";
import { percent, points, rate, shorten } from "../page/text.ts";
import type { Verdict } from "../page/opening.tsx";

/** What each kind of error is called. */
export const ERROR_NAMES: Record<TideErrorType, string> = {
  classification: "wrong class",
  localisation: "imprecise box",
  both: "wrong class and box",
  duplicate: "duplicate",
  background: "nothing labelled",
  missed: "missed",
};

const SENTENCES: Record<TideErrorType, string> = {
  classification: "objects mistaken for another class",
  localisation: "boxes that are not precise enough",
  both: "a wrong class and an imprecise box at once",
  duplicate: "objects reported more than once",
  background: "detections where nothing is labelled",
  missed: "missed objects",
};

/** `point` is what all detections together come to at the confidence where the page's slider stands. */
export function verdictOf(input: EvaluationReportInput, point: OperatingPoint): Verdict {
  const { analysis, images, comparison, training } = input;
  const short = tooFewSteps(analysis.coco.AP, training);
  const headline = headlineOf(analysis, point);
  const [first, second] = short
    ? [
        sentence(tooFewStepsText(short)),
        `${TRAIN_LONGER} So far it ${headline.charAt(0).toLowerCase()}${headline.slice(1)}`,
      ]
    : [headline, costliest(analysis, images)];
  const details = [second, atThresholds(input.chosen), trust(analysis), comparisonSentence(comparison)];
  return { headline: first, details: details.filter((text) => text !== "") };
}

/** What it comes to at thresholds that were asked for. */
function atThresholds(chosen: EvaluationReportInput["chosen"]): string {
  if (chosen === undefined) return "";
  const { truePositives, falseNegatives, precision, recall, f1 } = chosen.points.pooled;
  const found = `finds ${count(truePositives)} of ${countOf(truePositives + falseNegatives, "object")} (${percent(recall)})`;
  return sentence(
    `${chosen.words} it ${found}, and ${percent(precision)} of what it reports is right (F1 ${rate(f1)})`,
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function headlineOf({ images, coco }: DetectionAnalysis, point: OperatingPoint): string {
  const truths = point.truePositives + point.falseNegatives;
  const reports = point.truePositives + point.falsePositives;
  if (images === 0) return "There are no images, so nothing was measured.";
  if (truths === 0)
    return `There is nothing to find in these images${reports === 0 ? "" : `, so that ${reports === 1 ? "the 1 detection" : `all ${countOf(reports, "detection")}`} in them ${reports === 1 ? "is" : "are"} wrong`}.`;
  if (coco.perClass.length > 0 && point.truePositives === 0) {
    return `Finds none of ${countOf(truths, "object")}${reports === 0 ? ": there are no detections" : ""}.`;
  }
  return (
    `Finds ${count(point.truePositives)} of ${countOf(truths, "object")} (${percent(point.recall)}), and ` +
    `${percent(point.precision)} of what it reports is right, at confidence ${confidenceText(point.confidence)}.`
  );
}

function costliest({ tide, coco }: DetectionAnalysis, images: EvaluationReportInput["images"]): string {
  const costs = (Object.keys(ERROR_NAMES) as TideErrorType[])
    .map((type) => ({ type, ...tide.errors[type] }))
    .filter(({ dAP }) => dAP >= 0.0005)
    .sort((a, b) => b.dAP - a.dAP);
  const [worst, second] = costs;
  if (worst === undefined) return coco.AP50 >= 0.9995 ? "No kind of error costs anything at IoU 0.5." : "";
  const also = second === undefined ? "" : ` Next: ${SENTENCES[second.type]} (−${points(second.dAP)}).`;
  const where = whereMostAre(tide, coco, worst.type, images);
  return `What costs most: ${SENTENCES[worst.type]} (−${points(worst.dAP)} points of AP50)${where}.${also}`;
}

/** ", 12 of 14 of them 'platelets'" and the like, where errors are not spread as objects are. */
function whereMostAre(
  { wrongDetections, missedTruths, perClass }: DetectionAnalysis["tide"],
  { perClass: classes }: DetectionAnalysis["coco"],
  type: TideErrorType,
  images: EvaluationReportInput["images"],
): string {
  const errors = type === "missed" ? missedTruths : wrongDetections.filter((error) => error.type === type);
  const counts = classes.map(() => 0);
  for (const error of errors) counts[error.class] = (counts[error.class] ?? 0) + 1;
  const most = counts.indexOf(Math.max(...counts));
  const inClass = counts[most] ?? 0;
  const truths = perClass.reduce((sum, one) => sum + one.truths, 0);
  const usual = (perClass[most]?.truths ?? 0) / truths;
  const parts: string[] = [];
  if (classes.length > 1 && errors.length >= 3 && inClass / errors.length > Math.max(0.5, usual + 0.1)) {
    parts.push(`${count(inClass)} of ${count(errors.length)} of them “${shorten(classes[most]?.name ?? "", 40)}”`);
  }
  if (type === "missed") parts.push(...sizesOf(missedTruths, images));
  return parts.length === 0 ? "" : `, ${parts.join(", ")}`;
}

function sizesOf(missed: DetectionAnalysis["tide"]["missedTruths"], images: EvaluationReportInput["images"]): string[] {
  const areas = missed.map(({ image, truth }) => areaOf(images[image]?.truth, truth));
  const small = areas.filter((area) => area <= 32 ** 2).length / areas.length;
  const all = images.flatMap(({ truth }) => Array.from(truth.classes, (_, i) => areaOf(truth, i)));
  const smallOfAll = all.filter((area) => area <= 32 ** 2).length / all.length;
  return missed.length >= 3 && small > Math.max(0.5, smallOfAll + 0.1) ? [`${percent(small)} of them small`] : [];
}

function areaOf(truth: TruthColumns | undefined, i: number): number {
  const boxes = flatBoxes("truth", truth?.boxes ?? []);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = [0, 1, 2, 3].map((j) => boxes[i * 4 + j] ?? 0);
  return truth?.areas?.[i] ?? (x2 - x1) * (y2 - y1);
}

function trust({ intervals, images, coco }: DetectionAnalysis): string {
  if (!Number.isFinite(coco.AP50)) return "";
  if (intervals === null) return `AP50 is ${rate(coco.AP50)} on ${countOf(images, "image")}; no interval was computed.`;
  const { low, high } = intervals.AP50;
  const level = percent(intervals.level);
  const few = intervals.fewImages ? " So few images make even this interval a rough guess." : "";
  return `With ${countOf(images, "image")}, AP50 is ${rate(coco.AP50)}; other images like these would give ${rate(low)} to ${rate(high)} (${level} interval).${few}`;
}

function comparisonSentence(comparison: EvaluationReportInput["comparison"]): string {
  if (comparison === undefined) return "";
  const { value, low, high, verdict } = comparison.difference.AP;
  const against = `“${shorten(comparison.against)}”`;
  const numbers = `AP ${value < 0 ? "−" : "+"}${points(Math.abs(value))} points, interval ${signed(low)} to ${signed(high)}`;
  if (verdict === "A better") return `Better than ${against}: ${numbers}.`;
  if (verdict === "B better") return `Worse than ${against}: ${numbers}.`;
  return `No difference from ${against} is shown: ${numbers}, which includes 0.`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${points(Math.abs(value))}`;
}
