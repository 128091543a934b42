import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/base/errors.ts";
import { budgetFrom, describeBudget, extended, progressOf } from "../../../src/training/loop/budget.ts";

describe("progressOf", () => {
  it.each([
    // budget, step, steps an epoch, seconds, share
    [{ epochs: 4 }, 0, 5, 100, 0],
    [{ epochs: 4 }, 5, 5, 0, 0.25],
    [{ epochs: 4 }, 7, 5, 1e6, 0.35], // the clock does not count
    [{ epochs: 4 }, 20, 5, 0, 1],
    [{ epochs: 4 }, 25, 5, 0, 1.25],
    [{ minutes: 2 }, 0, 5, 0, 0],
    [{ minutes: 2 }, 999, 5, 30, 0.25], // steps do not count
    [{ minutes: 0.5 }, 0, 5, 30, 1],
    [{ minutes: 0.5 }, 3, 5, 45, 1.5],
  ])("of %j at step %d of %d an epoch after %d s is %d", (budget, step, stepsPerEpoch, elapsed, share) => {
    expect(progressOf(budget, step, stepsPerEpoch, elapsed)).toBeCloseTo(share, 12);
  });
});

describe("budgetFrom", () => {
  it.each([
    [{}, undefined],
    [{ epochs: 7 }, { epochs: 7 }],
    [{ minutes: 0.5 }, { minutes: 0.5 }],
  ])("of %j is %j", (options, budget) => {
    expect(budgetFrom(options)).toEqual(budget);
  });

  it("refuses both at once", () => {
    expect(() => budgetFrom({ epochs: 7, minutes: 2 })).toThrow(UsageError);
  });
});

describe("extended", () => {
  it("adds what is of the same unit", () => {
    expect(extended({ epochs: 10 }, { epochs: 5 })).toEqual({ epochs: 15 });
    expect(extended({ minutes: 0.5 }, { minutes: 2 })).toEqual({ minutes: 2.5 });
  });

  it("refuses the other unit", () => {
    expect(() => extended({ epochs: 10 }, { minutes: 5 })).toThrow("counted in epochs");
    expect(() => extended({ minutes: 10 }, { epochs: 5 })).toThrow("counted in minutes");
  });
});

it.each([
  [{ epochs: 1 }, "1 epoch"],
  [{ epochs: 20 }, "20 epochs"],
  [{ minutes: 0.1 }, "0.1 minutes"],
])("describeBudget of %j is %s", (budget, text) => {
  expect(describeBudget(budget)).toBe(text);
});
