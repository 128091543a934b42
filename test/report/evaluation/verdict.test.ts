import { expect, test } from "vitest";
import { analyzeDetections } from "../../../src/metrics/detection/analysis.ts";
import { compareCoco } from "../../../src/metrics/detection/compare.ts";
import { operatingPoints } from "../../../src/metrics/detection/operatingPoints.ts";
import type { EvaluationImage } from "../../../src/metrics/index.ts";
import type { EvaluationReportInput } from "../../../src/report/evaluation/input.ts";
import { verdictOf } from "../../../src/report/evaluation/verdict.ts";
import type { Verdict } from "../../../src/report/page/opening.tsx";
import { CLASSES, reportInput, syntheticImages } from "./syntheticEvaluation.ts";

const CELLS = ["platelets", "red"];

function verdict(input: EvaluationReportInput): Verdict {
  const { matches, confidence } = input.analysis;
  return verdictOf(input, operatingPoints(matches, { confidence }).pooled);
}

/** In each of 10 images one platelet of 20 pixels that is missed, and nine red cells of 100 that are found. */
function missedPlatelets(): EvaluationImage[] {
  return Array.from({ length: 10 }, (_, id) => {
    const red = Array.from({ length: 9 }, (_, i) => [i * 200, 0, i * 200 + 100, 100]).flat();
    return {
      id,
      truth: { boxes: [...red, 0, 300, 20, 320], classes: [...Array<number>(9).fill(1), 0] },
      detections: { boxes: red, classes: Array<number>(9).fill(1), scores: Array<number>(9).fill(0.8) },
    };
  });
}

test("it says what is found, how much of it is right, and at which confidence", () => {
  const input = reportInput(missedPlatelets(), { classes: CELLS });
  expect(verdict(input).headline).toBe(
    "Finds 90 of 100 objects (90%), and 100% of what it reports is right, at confidence 0.80.",
  );
});

test("it names what costs most, in which class and of which size", () => {
  const [cost] = verdict(reportInput(missedPlatelets(), { classes: CELLS })).details;
  expect(cost).toBe(
    "What costs most: missed objects (−50.0 points of AP50), 10 of 10 of them “platelets”, 100% of them small.",
  );
});

test("it says how far to trust the numbers, and that few images say little", () => {
  const [, trust] = verdict(reportInput(missedPlatelets(), { classes: CELLS })).details;
  expect(trust).toMatch(/^With 10 images, AP50 is 0\.500; .* 0\.\d+ to 0\.\d+ \(95% interval\)\. So few images/);
  const analysis = analyzeDetections(missedPlatelets(), CELLS, { resamples: 0 });
  const { details } = verdict(reportInput(missedPlatelets(), { classes: CELLS, analysis }));
  expect(details[1]).toBe("AP50 is 0.500 on 10 images; no interval was computed.");
});

test("it claims a difference to other predictions only where one is shown", () => {
  const images = syntheticImages(60);
  const input = reportInput(images);
  const against = (other: readonly EvaluationImage[]): string | undefined => {
    const { matches } = analyzeDetections(other, CLASSES, { resamples: 0 });
    const difference = compareCoco(input.analysis.matches, matches, { resamples: 200 });
    return verdict({ ...input, comparison: { against: "b.json", difference } }).details.at(-1);
  };
  const none = images.map((image) => ({ ...image, detections: { boxes: [], classes: [], scores: [] } }));
  expect(against(images)).toMatch(/^No difference from “b\.json” is shown: AP \+0\.00 points/);
  expect(against(none)).toMatch(/^Better than “b\.json”: AP \+\d+\.\d points, interval \+/);
});

test("a detector without a fault is said to have none", () => {
  const perfect = syntheticImages(5).map(({ truth, ...image }) => ({
    ...{ ...image, truth: { boxes: truth.boxes, classes: truth.classes } },
    detections: { boxes: truth.boxes, classes: truth.classes, scores: Array.from(truth.classes, () => 1) },
  }));
  expect(verdict(reportInput(perfect)).details[0]).toBe("No kind of error costs anything at IoU 0.5.");
});

test("after too few steps it says so, and explains no errors", () => {
  const images = missedPlatelets().map((image) => ({ ...image, detections: { boxes: [], classes: [], scores: [] } }));
  const input = reportInput(images, { classes: CELLS });
  const training = [{ step: 45, epoch: 2.1, loss: 1, metrics: { AP: 0, AP50: 0.001 }, best: true }];
  const { headline, details } = verdict({ ...input, training });
  expect(headline).toBe("Too few steps to judge: the model saw 45 steps (2.1 epochs).");
  expect(details[0]).toMatch(
    /^An AP near 0 is normal .* So far it finds none of 100 objects: there are no detections\.$/,
  );
  expect(details.join(" ")).not.toContain("What costs most");
  const long = training.map((one) => ({ ...one, step: 4500 }));
  expect(verdict({ ...input, training: long }).headline).toMatch(/^Finds none of 100 objects/);
});
