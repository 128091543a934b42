import { describe, expect, it } from "vitest";
import {
  chosenRecipe,
  completeRecipe,
  FROM_SCRATCH,
  FROM_WEIGHTS,
  phaseAt,
  rateIn,
  rateOf,
  recipeRecord,
} from "../../src/training/recipe.ts";

describe("a recipe", () => {
  it("has the optimizer's own rate unless told", () => {
    expect(completeRecipe()).toMatchObject({ optimizer: "adamw", peakRate: 2e-3, clipNorm: 5 });
    expect(completeRecipe({ optimizer: "sgd" }).peakRate).toBe(1e-2);
    expect(completeRecipe({ optimizer: "sgd", peakRate: 0.3 }).peakRate).toBe(0.3);
  });

  it("takes what is chosen of it, and nothing that is not", () => {
    expect(chosenRecipe({})).toEqual({});
    const chosen = { optimizer: "rmsprop", lr: 0.1, momentum: 0.8, weightDecay: 0.01, schedule: "step" } as const;
    expect(chosenRecipe({ ...chosen, clipNorm: 2, accumulate: 3 })).toEqual({
      ...{ optimizer: "rmsprop", peakRate: 0.1, schedule: "step", clipNorm: 2, accumulate: 3 },
      tuning: { momentum: 0.8, weightDecay: 0.01 },
    });
  });

  it.each([
    [{ optimizer: "adam", tuning: { momentum: 0.9 } }, "momentum: the optimizer adam has none; it takes beta1, beta2"],
    [{ optimizer: "sgd", tuning: { beta2: 0.9 } }, "beta2: the optimizer sgd has none; it takes momentum, weightDecay"],
    [{ tuning: { momentum: 0.9 } }, "momentum: the optimizer adamw has none"],
    [{ accumulate: 0 }, "accumulate: 0 is not a whole number of steps of at least 1"],
    [{ accumulate: 1.5 }, "accumulate: 1.5 is not"],
  ] as const)("refuses %j", (recipe, message) => {
    expect(() => completeRecipe(recipe)).toThrow(message);
  });

  it("counts updates for warm-up, not steps, and takes a function as it is", () => {
    const four = rateOf(completeRecipe({ peakRate: 0.6, warmupSteps: 3, accumulate: 4, schedule: "constant" }));
    expect([0, 3, 4, 7, 8, 11, 12].map((step) => four(step, 0.5))).toEqual([
      ...[0.2, 0.2, 0.4, 0.4].map((rate) => expect.closeTo(rate, 9) as number),
      ...[0.6, 0.6, 0.6].map((rate) => expect.closeTo(rate, 9) as number),
    ]);
    const own = rateOf(completeRecipe({ schedule: (step, progress) => step + progress }));
    expect(own(7, 0.5)).toBe(7.5);
  });

  it("is written down with its schedule's numbers, and without functions", () => {
    const record = recipeRecord(completeRecipe({ schedule: "exponential", tuning: { beta1: 0.8 } }));
    expect(JSON.parse(JSON.stringify(record))).toMatchObject({
      ...{ optimizer: "adamw", tuning: { beta1: 0.8 }, peakRate: 2e-3, warmupSteps: 30, accumulate: 1 },
      schedule: { name: "exponential", initialRate: 1, decaySteps: 1, decayRate: 0.01 },
      phases: [{ name: "batch", from: 0 }, { name: "frozen", from: 0.5 }], // prettier-ignore
    });
  });
});

describe("the phase of a training", () => {
  it("has a rate for each weight: the phase's, times the weight's own, and 0 for those that rest", () => {
    const phase = { name: "fine", from: 0, statistics: "moving", rate: 0.1 } as const;
    const rates = (weight: string): number => (weight.startsWith("stem") ? 0.5 : 1);
    expect(rateIn(phase, "head/kernel")).toBe(0.1);
    expect(rateIn({ ...phase, rates }, "stem/kernel")).toBe(0.05);
    expect(rateIn({ ...phase, rates, trains: (weight) => weight !== "stem/kernel" }, "stem/kernel")).toBe(0);
  });

  it.each([
    [0, undefined, "batch"],
    [0.499, "batch", "batch"],
    [0.5, "batch", "frozen"],
    [1, "frozen", "frozen"],
    [0.2, "frozen", "frozen"], // never back, also when the training is prolonged
    [0.9, "unknown", "frozen"],
  ])("at %d after %s is %s", (progress, current, expected) => {
    expect(phaseAt(FROM_SCRATCH, progress, current).name).toBe(expected);
  });

  it("is the frozen one from the start with weights that bring their statistics", () => {
    expect(phaseAt(FROM_WEIGHTS, 0)).toMatchObject({ statistics: "moving" });
    expect(phaseAt(FROM_WEIGHTS, 0).calibrate).toBeUndefined();
  });
});
