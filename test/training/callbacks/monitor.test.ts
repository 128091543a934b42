import { describe, expect, it } from "vitest";
import { isBetter, monitored } from "../../../src/training/callbacks/monitor.ts";
import { validation } from "./validations.ts";

describe("a monitored number", () => {
  const state = validation({ score: 0.4, loss: 2, validationLoss: 3, metrics: { AP50: 0.7 } });

  it("is found by its name", () => {
    expect(["score", "loss", "validationLoss", "AP50"].map((monitor) => monitored({ monitor }, state))).toEqual([
      0.4, 2, 3, 0.7,
    ]);
    expect(monitored({}, state)).toBe(0.4);
  });

  it("is refused where a validation does not have it", () => {
    expect(() => monitored({ monitor: "AP05" }, state)).toThrow(
      'monitor: a validation has no "AP05" (did you mean "AP50"?); it has AP50, score, loss, validationLoss',
    );
    expect(() => monitored({ monitor: "validationLoss" }, validation())).toThrow('has no "validationLoss"');
    expect(() => monitored({ monitor: "toString" }, state)).toThrow('has no "toString"');
  });

  it("is better when lower for losses and metrics that are errors, and higher for all else, by more than minDelta", () => {
    expect(isBetter({ monitor: "validationLoss" }, 1, 2)).toBe(true);
    expect(isBetter({ monitor: "AP50" }, 1, 2)).toBe(false);
    expect(isBetter({ monitor: "AP50", mode: "min" }, 1, 2)).toBe(true);
    for (const monitor of ["val_loss", "mae", "val_mae", "val_MeanSquaredError", "false_positives", "val_logcosh_2"]) {
      expect([monitor, isBetter({ monitor }, 1, 2), isBetter({ monitor }, 2, 1)]).toEqual([monitor, true, false]);
    }
    for (const monitor of ["accuracy", "val_accuracy", "val_cosine_similarity", "val_r2_score", "true_positives"]) {
      expect([monitor, isBetter({ monitor }, 1, 2), isBetter({ monitor }, 2, 1)]).toEqual([monitor, false, true]);
    }
    expect(isBetter({ monitor: "val_mae", mode: "max" }, 1, 2)).toBe(false);
    expect(isBetter({ minDelta: 0.5 }, 1.5, 1)).toBe(false);
    expect(isBetter({}, NaN, null)).toBe(false);
    expect(isBetter({}, NaN, 0)).toBe(false);
  });
});
