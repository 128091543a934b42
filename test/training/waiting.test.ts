import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fit, type FitProgress, type FitValidation, type Training } from "../../src/training/fit.ts";
import { WaitMeter } from "../../src/training/waitMeter.ts";

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

/** Twelve steps, of which a validation ends each fourth, whose batch takes `prepare` milliseconds from when it is asked for, and whose step blocks for `train`. */
async function waitingOf(prepare: number, train: number, cpu = 0): Promise<{ steps: number[]; validations: number[] }> {
  const block = (ms: number): void => {
    for (const until = performance.now() + ms; performance.now() < until;);
  };
  const task: Training<number> = {
    stepsPerEpoch: 4,
    async prepare(step) {
      if (prepare > 0) await setTimeout(prepare);
      await Promise.resolve();
      block(cpu);
      return step;
    },
    train() {
      block(train);
      return { loss: 1 };
    },
    namesOf: () => [],
    nextPhase: () => undefined,
    validate: () => setTimeout(50, { score: 1, metrics: {} }),
    saveBest: () => Promise.resolve(),
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
  // While the weights are measured, the next batch is made: the steps after that need not wait.
  const others = steps.filter((_, i) => i % 4 !== 0);
  return { steps: others.map(({ waiting }) => waiting), validations: validations.map(({ waiting }) => waiting) };
}

describe("a training says how much it waits for data", () => {
  it("which is little when batches are there in time, whatever a validation takes", async () => {
    const { steps, validations } = await waitingOf(0, 10);
    expect(steps).toHaveLength(9);
    for (const waiting of [...steps, ...validations]) expect(waiting).toBeLessThan(0.4);
  });

  it("which is much when they come late", async () => {
    const { steps, validations } = await waitingOf(40, 2);
    expect(validations).toHaveLength(3);
    for (const waiting of [...steps, ...validations]) {
      expect(waiting).toBeGreaterThan(0.6);
      expect(waiting).toBeLessThanOrEqual(1);
    }
  });

  it("also when this thread is busy with making them", async () => {
    const { steps } = await waitingOf(0, 2, 20);
    for (const waiting of steps) expect(waiting).toBeGreaterThan(0.6);
  });
});
