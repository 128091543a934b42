import { describe, expect, it } from "vitest";
import { reduceOnPlateau } from "../../../src/training/callbacks/reduceOnPlateau.ts";
import { goneOn, validation } from "./validations.ts";
import type { Callback, Wish } from "../../../src/training/callbacks/callback.ts";

/** The learning rates that validations with these losses see, the first being 1. */
function rates(callback: Callback, losses: readonly number[], first = 1): number[] {
  let rate = first;
  return losses.map((validationLoss) => {
    const wish = callback.onValidation?.(validation({ validationLoss, learningRate: rate })) as Wish | undefined;
    rate *= wish?.rateFactor ?? 1;
    return Number(rate.toPrecision(6));
  });
}

const watched = { monitor: "validationLoss", factor: 0.5, minDelta: 0 } as const;

// Worked by hand along Keras's ReduceLROnPlateau.on_epoch_end.
describe("reduce on plateau", () => {
  it("lowers the rate after so many validations without a better value, and again", () => {
    const losses = [1, 1, 1, 0.9, 0.9, 0.9, 0.9, 0.9];
    expect(rates(reduceOnPlateau({ ...watched, patience: 2 }), losses)).toEqual([
      1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125,
    ]);
  });

  it("counts nothing while it cools down, but sees what is better", () => {
    const callback = (): Callback => reduceOnPlateau({ ...watched, patience: 1, cooldown: 2 });
    // lowered at the 2nd; at the 3rd one is left, at the 4th none, so that this one counts
    expect(rates(callback(), [1, 1, 1, 1, 1, 1])).toEqual([1, 0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(rates(callback(), [1, 1, 0.5, 0.6, 0.6])).toEqual([1, 0.5, 0.5, 0.25, 0.25]);
  });

  it("goes no lower than the least rate", () => {
    const callback = reduceOnPlateau({ ...watched, patience: 1, minRate: 0.3 });
    expect(rates(callback, [1, 1, 1, 1])).toEqual([1, 0.5, 0.3, 0.3]);
  });

  it("takes a change of less than minDelta, 1e-4 unless told, for none", () => {
    const { factor, monitor } = watched;
    expect(rates(reduceOnPlateau({ monitor, factor, patience: 1 }), [1, 0.99995, 0.9998])).toEqual([1, 0.5, 0.5]);
  });

  it("goes on from its saved state, wherever that was", () => {
    const losses = [1, 1, 1, 1, 0.9, 0.95, 0.95, 0.95, 0.95, 0.95];
    const make = (): Callback => reduceOnPlateau({ ...watched, patience: 2, cooldown: 1 });
    const whole = rates(make(), losses);
    for (let i = 1; i < losses.length; i++) {
      const first = make();
      const before = rates(first, losses.slice(0, i));
      const after = rates(goneOn(first, make()), losses.slice(i), before.at(-1));
      expect([...before, ...after], `interrupted after ${i}`).toEqual(whole);
    }
  });

  it("refuses a factor that lowers nothing", () => {
    expect(() => reduceOnPlateau({ factor: 1 })).toThrow("factor must lie between 0 and 1, got 1");
  });
});
