import { knownOptions } from "../../geometry/knownOptions.ts";
import type { Random } from "../../base/random.ts";
import { type AverageRecallCurve, averageRecallCurve } from "./coco/averageRecall.ts";
import { bootstrapCoco, type CocoIntervals } from "./bootstrap.ts";
import { type CocoMetrics, matchCoco, summarizeCoco } from "./coco/coco.ts";
import { countingErrors, type DetectionCounting } from "./counting.ts";
import { type DetectionCurves, detectionCurves } from "./curves.ts";
import { type DetectionCalibration, detectionCalibration } from "./detectionCalibration.ts";
import { type DetectionConfusion, detectionConfusion } from "./detectionConfusion.ts";
import type { EvaluationImage } from "./evaluationImage.ts";
import type { DetectionMatches, MatchOptions } from "./coco/matching.ts";
import { missRates, type MissRates } from "./missRate.ts";
import { evaluateSlices, type SliceMetrics } from "./slices/sliceMetrics.ts";
import { evaluateTide, type Tide } from "./tide/tide.ts";

export interface AnalysisOptions extends Pick<MatchOptions, "overlap" | "maxDetections"> {
  /** How many samples of images the intervals rest on; 0 for no intervals; default 1000. */
  resamples?: number;
  /** What to slice by (see `evaluateSlices`); default `ANALYSIS_SLICES`: size, shape, crowding and number of objects. */
  sliceBy?: readonly string[];
  /** Where the bootstrap draws from; default `new Random(0)`. */
  random?: Random;
}

/** Every number of an object detector, and where they come from. Shares and AP in 0..1, NaN where nothing could be measured. */
export interface DetectionAnalysis {
  images: number;
  classes: readonly string[];
  coco: CocoMetrics;
  /** Confidence intervals of `coco`; null where no resamples were asked for, or there are no images. */
  intervals: CocoIntervals | null;
  /** All that follows is at IoU 0.5, but for the average recall. */
  curves: DetectionCurves;
  /** The confidence of highest F1 over all classes; the confusion matrix and the counts are of it. 0 where there is none. */
  confidence: number;
  confusion: DetectionConfusion;
  counting: DetectionCounting;
  missRates: MissRates;
  /** null where a score is not in 0..1, and so no probability. */
  calibration: DetectionCalibration | null;
  averageRecall: AverageRecallCurve;
  tide: Tide;
  /** COCO's numbers on parts of the objects or images. */
  slices: { by: string; slices: SliceMetrics[] }[];
  /** What became of each detection, for `compareCoco` and reports. Large: leave it out of JSON. */
  matches: DetectionMatches;
}

/** What an analysis slices by unless told. */
export const ANALYSIS_SLICES: readonly string[] = ["fine-size", "aspect", "crowding", "objects"];

/**
 * All that can be said of an object detector's results: `evaluateCoco` and its intervals, curves and the best confidence
 * threshold, confusion, counting, miss rates, calibration, average recall, and TIDE's errors. Detections are matched once
 * for all that rests on COCO's matching.
 * Throws AnchorkitError as `matchDetections` does.
 */
export function analyzeDetections(
  images: readonly EvaluationImage[],
  classes: readonly string[],
  options: AnalysisOptions = {},
): DetectionAnalysis {
  knownOptions("analyzeDetections", options, {
    ...{ overlap: true, maxDetections: true },
    ...{ resamples: true, sliceBy: true, random: true },
  });
  const { overlap = "box", maxDetections = 100, resamples = 1000, sliceBy = ANALYSIS_SLICES, random } = options;
  const matches = matchCoco(images, classes, { overlap, maxDetections });
  const curves = detectionCurves(matches);
  const best = curves.pooled.best.confidence;
  const confidence = Number.isNaN(best) ? 0 : best;
  return {
    images: images.length,
    classes,
    coco: summarizeCoco(matches),
    intervals:
      resamples === 0 || images.length === 0 ? null : bootstrapCoco(matches, { resamples, ...(random && { random }) }),
    curves,
    confidence,
    confusion: detectionConfusion(images, classes, { confidence, overlap }),
    counting: countingErrors(matches, { confidence }),
    missRates: missRates(matches),
    calibration: scoresAreShares(matches) ? detectionCalibration(matches, images) : null,
    averageRecall: averageRecallCurve(matches),
    tide: evaluateTide(images, classes, { overlap, maxDetections }),
    slices: sliceBy.map((by) => ({ by, slices: evaluateSlices(images, classes, by, { overlap, maxDetections }) })),
    matches,
  };
}

function scoresAreShares({ perClass }: DetectionMatches): boolean {
  return perClass.every(({ detections }) => detections.scores.every((score) => score >= 0 && score <= 1));
}
