import { expect, test } from "vitest";
import { lossOfGuessing } from "../../../src/report/classification/numbers.ts";

test("the loss of guessing is the entropy of the classes, or the mean entropy of each label", () => {
  expect(lossOfGuessing([50, 50], 100, false)).toBeCloseTo(Math.log(2), 12);
  expect(lossOfGuessing([100, 0], 100, false)).toBe(0);
  // Of labels: half the images have the first (ln 2), all the second (0).
  expect(lossOfGuessing([50, 100], 100, true)).toBeCloseTo(Math.log(2) / 2, 12);
});
