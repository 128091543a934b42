import { describe, expect, it } from "vitest";
import { completeRecipe, FROM_SCRATCH, FROM_WEIGHTS, phaseAt } from "../../src/training/recipe.ts";

describe("a recipe", () => {
  it("has the optimizer's own rate unless told", () => {
    expect(completeRecipe()).toMatchObject({ optimizer: "adamw", peakRate: 2e-3, clipNorm: 5 });
    expect(completeRecipe({ optimizer: "sgd" }).peakRate).toBe(1e-2);
    expect(completeRecipe({ optimizer: "sgd", peakRate: 0.3 }).peakRate).toBe(0.3);
  });
});

describe("the phase of a training", () => {
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
