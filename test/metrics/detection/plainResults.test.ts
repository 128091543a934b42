import { expect, test } from "vitest";
import { matchDetections } from "../../../src/metrics/detection/coco/matching.ts";
import {
  averageRecallCurve,
  countingErrors,
  detectionCalibration,
  detectionConfusion,
  detectionCurves,
  evaluateVoc,
  missRates,
  operatingPoints,
  precisionRecallPoints,
} from "../../../src/metrics/index.ts";
import { scene } from "./scenes.ts";

const images = [scene([{ box: [0, 0, 10, 10] }], [{ box: [0, 0, 10, 9], score: 0.9 }], { width: 20, height: 20 })];
const matches = matchDetections(images, ["a"]);

test.each(
  Object.entries({
    averageRecall: averageRecallCurve(matches),
    calibration: detectionCalibration(matches, images),
    confusion: detectionConfusion(images, ["a"]),
    counting: countingErrors(matches),
    curves: detectionCurves(matches),
    missRates: missRates(matches),
    operatingPoints: operatingPoints(matches, { confidence: 0.5 }),
    precisionRecallPoints: precisionRecallPoints(matches),
    voc: evaluateVoc(images, ["a"]),
  }),
)("the result of %s survives JSON: plain objects, lists, numbers and texts, with null for NaN", (_, result) => {
  const nullForNaN = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return Number.isNaN(value) ? null : value;
    if (Array.isArray(value)) return value.map(nullForNaN);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, nullForNaN(one)]));
  };
  expect(JSON.parse(JSON.stringify(result))).toStrictEqual(nullForNaN(result));
  expect(holdsTypedArrays(result)).toBe(false);
});

function holdsTypedArrays(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsTypedArrays);
}
