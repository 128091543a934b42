import { expect, test } from "vitest";
import { operatingPoints } from "../../../src/metrics/detection/operatingPoints.ts";
import { countTable, pointAt } from "../../../src/report/evaluation/countTable.ts";
import { confidenceText, thresholdsFor } from "../../../src/report/evaluation/thresholds.ts";
import { reportInput, syntheticImages } from "./syntheticEvaluation.ts";

const { matches, tide, confidence: best, curves } = reportInput(syntheticImages(30)).analysis;
const thresholds = thresholdsFor(matches, best);

test("the table's counts are those of operatingPoints at every threshold", () => {
  const table = countTable(matches, tide, thresholds, [0, 1, 2]);
  for (const [index, confidence] of table.thresholds.entries()) {
    const { pooled, perClass } = operatingPoints(matches, { confidence });
    expect(pointAt(table.all, table.thresholds, index)).toEqual(pooled);
    for (const { class: k, name: _, ...point } of perClass) {
      expect(pointAt(table.classes[k] ?? table.all, table.thresholds, index)).toEqual(point);
    }
  }
});

test("classes that were not asked for count among all, but have no row", () => {
  const table = countTable(matches, tide, thresholds, [2]);
  expect(table.classes).toHaveLength(1);
  expect(pointAt(table.classes[0] ?? table.all, table.thresholds, 0).truePositives).toBe(
    operatingPoints(matches, { confidence: 0 }).perClass[2]?.truePositives,
  );
  expect(pointAt(table.all, table.thresholds, 0)).toEqual(operatingPoints(matches, { confidence: 0 }).pooled);
});

test("the kinds of errors together are the wrong detections", () => {
  const { wrong, all, thresholds: values } = countTable(matches, tide, thresholds, []);
  const total = Object.values(wrong).reduce(
    (sum, pairs) => sum + pairs.reduce((n, value, i) => n + (i % 2) * value, 0),
    0,
  );
  expect(total).toBe(pointAt(all, values, 0).falsePositives);
});

test("it starts at the operating point, with the very counts that were measured there", () => {
  const { all, thresholds: values, start, labels } = countTable(matches, tide, thresholds, []);
  expect(pointAt(all, values, start)).toEqual(curves.pooled.best);
  expect(labels[start]).toBe(confidenceText(best));
});
