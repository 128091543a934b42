import { describe, expect, it } from "vitest";
import { warmupCosine } from "../../src/training/schedules.ts";
import { oracleCases, type OracleCase } from "../detection/support.ts";

const shape = { peak: 0.8, warmupSteps: 4, last: 0.1 };

describe("warmupCosine", () => {
  it.each([
    // step, progress, rate
    [0, 0, 0.2],
    [1, 0.01, 0.4],
    [3, 0.03, 0.8],
    [3, 0.9, 0.8], // warm-up goes by steps, whatever the progress
    [4, 0, 0.8],
    [4, 0.25, 0.8 * (0.1 + 0.9 * 0.853553)], // (1 + cos 45°) / 2
    [9, 1 / 3, 0.8 * (0.1 + 0.9 * 0.75)], // cos 60° is a half
    [50, 0.5, 0.8 * 0.55],
    [50, 2 / 3, 0.8 * (0.1 + 0.9 * 0.25)],
    [99, 1, 0.08],
    [120, 1.7, 0.08], // the last step of a budget in minutes may end after it
  ])("step %d at progress %d: %d", (step, progress, expected) => {
    expect(warmupCosine(step, progress, shape)).toBeCloseTo(expected, 6);
  });

  it("ends at a hundredth of the peak unless told otherwise, and needs no warm-up", () => {
    expect(warmupCosine(0, 0, { peak: 0.5, warmupSteps: 0 })).toBe(0.5);
    expect(warmupCosine(7, 1, { peak: 0.5, warmupSteps: 0 })).toBeCloseTo(0.005, 9);
  });
});

describe("warmupCosine equals Keras's CosineDecay", () => {
  interface Schedule extends OracleCase {
    input: { steps: number[]; config: { decaySteps: number } };
    expected: number[];
  }
  const scheduleOf = (name: string): [step: number, rate: number][] => {
    const { input, expected } = oracleCases("schedules").find((one) => one.name === name) as Schedule;
    return input.steps.map((step, i) => [step, expected[i] as number]);
  };

  it.each(scheduleOf("cosine"))("at step %d", (step, rate) => {
    expect(warmupCosine(step, step / 100, { peak: 0.1, warmupSteps: 0, last: 0 })).toBeCloseTo(rate, 7);
  });

  it.each(scheduleOf("cosine with warm-up").slice(1))("with warm-up at step %d", (step, rate) => {
    // Keras has the rate after that many steps of warm-up, so that its first step does nothing; ours has no such step.
    const ownStep = step <= 10 ? step - 1 : step;
    expect(warmupCosine(ownStep, (step - 10) / 90, { peak: 0.1, warmupSteps: 10, last: 0.01 })).toBeCloseTo(rate, 7);
  });
});
