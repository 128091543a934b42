import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { openPrograms } from "../../../src/engine/graph/program.ts";
import { loadEngine } from "../../../src/engine/load.ts";
import { type RateTest, rateTest, type RateTestOptions } from "../../../src/training/rateTest/rateTest.ts";
import { toyTask } from "../toyTask.ts";

const engine = await loadEngine();

async function tested(options: Partial<RateTestOptions>): Promise<RateTest> {
  const before = tf.memory().numTensors;
  const task = toyTask(new Random("toy"));
  try {
    return await rateTest(task, { precision: "float32", fast: "float32", random: new Random(1), ...options });
  } finally {
    task.dispose();
    expect(openPrograms()).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  }
}

describe.runIf(engine.name === "native")("a learning-rate range test", () => {
  it("goes up exponentially until the loss explodes, and suggests a rate where it fell", async () => {
    const recipe = { optimizer: "sgd", clipNorm: 1e9 } as const;
    const { rates, losses, smoothed, exploded, suggestion } = await tested({ recipe, updates: 80, highest: 1e6 });
    expect(rates[0]).toBeCloseTo(1e-7, 12);
    expect((rates[30] ?? NaN) / (rates[29] ?? NaN)).toBeCloseTo((1e6 / 1e-7) ** (1 / 79), 6);
    expect(exploded).toBe(true);
    expect(rates.length).toBeLessThan(80);
    expect(losses).toHaveLength(rates.length);
    expect(smoothed[0]).toBeCloseTo(losses[0] ?? NaN, 9);
    expect(smoothed[1]).toBeCloseTo((0.9 * (losses[0] ?? NaN) + (losses[1] ?? NaN)) / 1.9, 9);
    expect(suggestion?.valley).toBeGreaterThan(1e-4);
    expect(suggestion?.valley).toBeLessThan(10);
  });

  it("ends where it is told to, and counts updates, not batches", async () => {
    const abort = new AbortController();
    const seen: number[] = [];
    const { rates, exploded, suggestion } = await tested({
      recipe: { accumulate: 2 },
      signal: abort.signal,
      onUpdate(done, of) {
        seen.push(done / of);
        if (done === 4) abort.abort();
      },
    });
    expect(rates).toHaveLength(4);
    expect(seen).toEqual([0.01, 0.02, 0.03, 0.04]);
    expect({ exploded, suggestion }).toEqual({ exploded: false, suggestion: undefined });
  });
});
