import { describe, expect, it } from "vitest";
import { suggestRates } from "../../../src/training/rateTest/suggestRates.ts";

const rates = Array.from({ length: 100 }, (_, i) => 1e-7 * 10 ** (i * (8 / 99)));
const at = (i: number): number => rates[i] ?? NaN;

/** Flat, then down from update 40 to 70, steepest at 55, then up. */
const bowl = rates.map((_, i) => (i < 40 ? 2 : i <= 70 ? 1 + (1 + Math.cos(((i - 40) / 30) * Math.PI)) / 2 : 1 + (i - 70) ** 2 / 200)); // prettier-ignore

describe("suggestRates", () => {
  it("finds the steepest fall, and half-way through the middle third of the longest one", () => {
    const found = suggestRates(rates, bowl);
    expect(found?.steepest).toBeCloseTo(at(55), 12);
    // of the updates 10 to 94, the fall is 30 long and a step before it: 30 + 31 / 3 + 5 after the tenth
    expect(found?.valley).toBeCloseTo(at(54), 12);
  });

  it("overlooks what the mean does while it settles, and the explosion at the end", () => {
    const wild = bowl.map((loss, i) => (i < 8 ? 9 - i : i > 95 ? 0.01 : loss));
    expect(suggestRates(rates, wild)).toEqual(suggestRates(rates, bowl));
  });

  it.each([
    ["rises", rates.map((_, i) => 1 + i / 50)],
    ["stays", rates.map((_, i) => 2 + 0.01 * Math.sin(i))],
    ["is seen too seldom", [3, 2, 1]],
  ])("suggests nothing where the loss %s", (_, losses) => {
    expect(suggestRates(rates.slice(0, losses.length), losses)).toBeUndefined();
  });
});
