import { expect, test } from "vitest";
import type { TrainingRecord } from "../../../src/report/page/trainingFigure.ts";
import { tooFewSteps, tooFewStepsText } from "../../../src/report/evaluation/tooFewSteps.ts";

function record(step: number, AP: number, best = true): TrainingRecord {
  return { step, epoch: step / 20, loss: 1, metrics: { AP, AP50: 2 * AP }, best };
}

test("few steps and an AP near 0 are too early to judge", () => {
  const short = tooFewSteps(0.001, [record(11, 0), record(45, 0.001)]);
  expect(short).toEqual({ steps: 45, epochs: 2.25 });
  expect(short && tooFewStepsText(short)).toBe("too few steps to judge: the model saw 45 steps (2.3 epochs)");
  expect(tooFewSteps(0.04, [record(999, 0.04, false)])).toBeDefined();
});

test("a low AP that was still rising is, too; one that had stopped to rise is not", () => {
  expect(tooFewSteps(0.1, [record(150, 0.05), record(300, 0.1)])).toBeDefined();
  expect(tooFewSteps(0.1, [record(150, 0.11), record(300, 0.1, false)])).toBeUndefined();
});

test("what has trained long, or has learned, is judged", () => {
  expect(tooFewSteps(0.001, [record(500, 0), record(1000, 0.001)])).toBeUndefined();
  expect(tooFewSteps(0.4, [record(20, 0.2), record(45, 0.4)])).toBeUndefined();
});

test("without a training, its steps or an AP there is nothing to say", () => {
  const { step: _, ...old } = record(45, 0);
  expect(tooFewSteps(0, [])).toBeUndefined();
  expect(tooFewSteps(0)).toBeUndefined();
  expect(tooFewSteps(0, [old])).toBeUndefined();
  expect(tooFewSteps(NaN, [record(45, NaN)])).toBeUndefined();
});
