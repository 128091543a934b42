import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fit, type Training } from "../../../src/training/loop/fit.ts";
import type { FitProgress, FitValidation } from "../../../src/training/loop/progress.ts";
import { WaitMeter } from "../../../src/training/loop/waitMeter.ts";

describe("the share of time spent waiting", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function spend(meter: WaitMeter, working: number, waiting: number): void {
    vi.advanceTimersByTime(working);
    meter.begin();
    vi.advanceTimersByTime(waiting);
    meter.end();
  }

  it("is that of all time so far", () => {
    const meter = new WaitMeter();
    expect(meter.share()).toBe(0);
    spend(meter, 300, 100);
    expect(meter.share()).toBe(0.25);
    spend(meter, 600, 0);
    expect(meter.share()).toBe(0.1);
  });

  it("forgets what is long ago", () => {
    const meter = new WaitMeter();
    for (let second = 0; second < 30; second++) {
      spend(meter, 0, 1000);
      expect(meter.share()).toBe(1);
    }
    for (let second = 0; second < 100; second++) {
      spend(meter, 1000, 0);
      meter.share();
    }
    expect(meter.share()).toBeLessThan(0.02);
  });

  it("begins anew after a pause", () => {
    const meter = new WaitMeter();
    spend(meter, 0, 500);
    vi.advanceTimersByTime(60_000);
    meter.restart();
    spend(meter, 900, 100);
    expect(meter.share()).toBe(0.1);
  });
});

/**
 * Twelve steps, of which a validation ends each fourth, by a clock that goes on only where the task works: a batch takes
 * `prepare` milliseconds from when it is asked for and `cpu` milliseconds of this thread, a step blocks it for `train`.
 */
async function waitingOf(prepare: number, train: number, cpu = 0): Promise<{ steps: number[]; validations: number[] }> {
  const task: Training<number> = {
    stepsPerEpoch: 4,
    async prepare(step) {
      const ready = performance.now() + prepare;
      if (prepare > 0)
        await setImmediate(); // as if elsewhere: the loop comes as far as it can without the batch
      else await Promise.resolve();
      vi.advanceTimersByTime(Math.max(0, ready - performance.now()) + cpu);
      return step;
    },
    train() {
      vi.advanceTimersByTime(train);
      return { loss: 1 };
    },
    namesOf: () => [],
    nextPhase: () => undefined,
    async validate() {
      await setImmediate(); // the next batch is made meanwhile
      vi.advanceTimersByTime(50);
      return { score: 1, metrics: {} };
    },
    saveBest: () => Promise.resolve(),
    saveCheckpoint: () => Promise.resolve(),
    saveLast: () => Promise.resolve(),
  };
  const steps: FitProgress[] = [];
  const validations: FitValidation[] = [];
  await fit(task, {
    budget: { epochs: 3 },
    batch: 1,
    learningRate: () => 0.1,
    validations: 3,
    onStep: (state) => steps.push(state),
    onValidation: (state) => validations.push(state),
  });
  return { steps: steps.map(({ waiting }) => waiting), validations: validations.map(({ waiting }) => waiting) };
}

describe("a training says how much it waits for data", () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => vi.useRealTimers());

  const close = (shares: number[]): number[] => shares.map((share) => expect.closeTo(share, 9) as number);

  it("which is nothing when batches are there in time, whatever a validation takes", async () => {
    expect(await waitingOf(0, 10)).toEqual({ steps: Array(12).fill(0), validations: [0, 0, 0] });
  });

  it("which is much when they come late", async () => {
    const { steps, validations } = await waitingOf(40, 2);
    // The first batch is waited for in full, each later one for what is left of it after a step; while the weights are
    // measured, the next one is made.
    expect(steps.slice(0, 4)).toEqual(close([40 / 42, 78 / 82, 116 / 122, 154 / 162]));
    expect(steps.slice(4, 8)).toEqual(close([0, 38 / 42, 76 / 82, 114 / 122]));
    expect(steps.slice(8)).toEqual(steps.slice(4, 8));
    expect(validations).toEqual([steps[3], steps[7], steps[11]]);
  });

  it("also when this thread is busy with making them", async () => {
    const { steps } = await waitingOf(0, 2, 20);
    expect(steps.slice(0, 4)).toEqual(close([20 / 22, 40 / 44, 60 / 66, 80 / 88]));
    expect(steps.slice(4, 8)).toEqual(close([0, 20 / 24, 40 / 46, 60 / 68]));
  });
});
