import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random.ts";
import { loadEngine } from "../../src/engine/load.ts";
import { openPrograms } from "../../src/engine/graph/program.ts";
import type { Phase, Recipe } from "../../src/training/recipe.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { toyTask } from "./toyTask.ts";

const native = (await loadEngine()).name === "native";

/** A trainer of the toy, and its weights by name as they are now. */
async function trainerOf(recipe: Partial<Recipe>) {
  const task = toyTask(new Random("toy"));
  const trainer = await Trainer.make(task, {
    ...{ recipe, precision: "float32", fast: "float32", random: new Random(1) },
  });
  const { program, variables } = trainer.compiled;
  const weights = (): Map<string, number[]> => {
    program.pull();
    return new Map([...variables].map(([name, variable]) => [name, [...variable.dataSync()]]));
  };
  const train = async (step: number, progress: number): Promise<Record<string, number>> =>
    trainer.train(await task.batches.batch(step), { step, progress, learningRate: 0.01 });
  const dispose = (): void => {
    trainer.dispose();
    task.dispose();
    expect(openPrograms()).toBe(0);
  };
  return { task, trainer, weights, train, dispose };
}

const changed = (before: Map<string, number[]>, after: Map<string, number[]>): string[] =>
  [...before.keys()].filter((name) => before.get(name)?.join() !== after.get(name)?.join());

describe.runIf(native)("a trainer", () => {
  it("names its variables by the weights, whatever the process has built before", async () => {
    const first = await trainerOf({});
    const second = await trainerOf({});
    const names = [...second.trainer.compiled.variables.keys()];
    expect(names).toEqual([...first.trainer.compiled.variables.keys()]);
    expect(names).toEqual(expect.arrayContaining(["norm/moving_mean", "hidden/kernel", "out/bias/adam_v"]));
    expect(names).toContain("norm/gamma/average");
    first.trainer.dispose();
    second.dispose();
  });

  it("trains in a phase only the weights that it names, and all in the next", async () => {
    const phases: Phase[] = [
      { name: "head", from: 0, statistics: "moving", trains: (weight) => weight.startsWith("out/") },
      { name: "all", from: 0.5, statistics: "batch" },
    ];
    const { trainer, weights, train, dispose } = await trainerOf({ phases, average: { every: 100, keep: 0.9 } });
    const start = weights();
    await train(0, 0);
    const head = weights();
    expect(changed(start, head).sort()).toEqual(
      ["bias", "kernel"].flatMap((name) => [`out/${name}`, `out/${name}/adam_m`, `out/${name}/adam_v`]),
    );
    expect(trainer.state).toEqual({ phase: "head" });
    await train(1, 0.5);
    expect(trainer.state).toEqual({ phase: "all", restarted: 1 });
    const all = changed(head, weights());
    expect(all).toEqual(expect.arrayContaining(["hidden/kernel", "norm/gamma", "norm/moving_mean", "out/kernel"]));
    await train(2, 0.1); // prolonged: it does not go back
    expect(trainer.state).toEqual({ phase: "all", restarted: 1 });
    dispose();
  });

  it("begins the optimizer anew where a phase adds weights, and leaves it where none are added", async () => {
    const [head, all] = [/^out/, /./].map((learns) => ({ trains: (weight: string) => learns.test(weight) }));
    const phases: Phase[] = [
      { name: "head", from: 0, statistics: "moving", ...head },
      { name: "all", from: 0.5, statistics: "moving", ...all },
      { name: "slow", from: 0.8, statistics: "moving", rate: 0.5 },
    ];
    const one = await trainerOf({ phases, average: false });
    for (let i = 0; i < 3; i++) await one.train(i, 0);
    const before = one.weights();
    await one.train(3, 0.5);
    const after = one.weights();
    // the first step of Adam is the rate, whatever the gradient: slots and number of the step begin anew
    for (const name of ["out/kernel", "hidden/kernel"]) {
      before.get(name)?.forEach((value, i) => {
        if (after.get(`${name}/adam_v`)?.[i] === 0) return; // no gradient
        expect(Math.abs((after.get(name)?.[i] ?? NaN) - 0.9998 * value), name).toBeCloseTo(0.01, 4); // decay
      });
    }
    expect(one.trainer.state).toEqual({ phase: "all", restarted: 3 });
    await one.train(4, 0.9);
    expect(one.trainer.state).toEqual({ phase: "slow", restarted: 3 });
    one.dispose();
  });

  it("moves each weight at its own rate: a multiple of the phase's, and not at all at 0", async () => {
    const plain = { optimizer: "sgd", tuning: { momentum: 0, weightDecay: 0 }, average: false, clipNorm: 1e9 } as const;
    const moves = async (phase: Partial<Phase>): Promise<(name: string) => number> => {
      const phases: Phase[] = [{ name: "all", from: 0, statistics: "moving", ...phase }];
      const { weights, train, dispose } = await trainerOf({ ...plain, phases });
      const before = weights();
      await train(0, 0);
      const after = weights();
      dispose();
      return (name) => (after.get(name)?.[0] ?? NaN) - (before.get(name)?.[0] ?? NaN);
    };
    const whole = await moves({});
    const rates = (weight: string): number => ({ hidden: 0.25, norm: 0 })[weight.split("/")[0] ?? ""] ?? 1;
    const own = await moves({ rate: 0.5, rates });
    expect(whole("hidden/kernel")).not.toBe(0);
    expect(own("hidden/kernel") / whole("hidden/kernel")).toBeCloseTo(0.125, 3);
    expect(own("out/kernel") / whole("out/kernel")).toBeCloseTo(0.5, 3);
    expect(whole("norm/beta")).not.toBe(0);
    expect(own("norm/beta")).toBe(0);
  });

  it("refuses a phase in which nothing learns", async () => {
    const phases: Phase[] = [{ name: "none", from: 0, statistics: "moving", rates: () => 0 }];
    const task = toyTask(new Random("toy"));
    const before = tf.memory().numTensors;
    const options = { recipe: { phases }, precision: "float32", fast: "float32", random: new Random(1) } as const;
    await expect(Trainer.make(task, options)).rejects.toThrow('no weight learns in the phase "none" of the recipe');
    expect(openPrograms()).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
    task.dispose();
  });

  it("averages the gradients of several steps for one update", async () => {
    const phases: Phase[] = [{ name: "all", from: 0, statistics: "moving" }];
    const plain = { optimizer: "sgd", tuning: { momentum: 0, weightDecay: 0 }, phases, clipNorm: 1e9 } as const;
    const after = async (steps: readonly number[], accumulate: number): Promise<Map<string, number[]>> => {
      const { weights, train, dispose } = await trainerOf({ ...plain, average: { every: 1, keep: 0.5 }, accumulate });
      const begun = weights();
      for (const [i, step] of steps.entries()) {
        const losses = await train(step, 0);
        const updates = i === steps.length - 1;
        expect("gradientNorm" in losses).toBe(updates);
        expect(losses.side).toBe(losses.loss);
        if (!updates) expect(changed(begun, weights()).every((name) => name.endsWith("/gradient"))).toBe(true);
      }
      const values = weights();
      dispose();
      return values;
    };
    const start = await after([], 1);
    const single = [await after([0], 1), await after([1], 1), await after([2], 1)];
    const together = await after([0, 1, 2], 3);
    for (const [name, values] of start) {
      if (/average|moving/.test(name)) continue;
      const updated = together.get(name) ?? [];
      values.forEach((value, i) => {
        const mean = single.reduce((sum, one) => sum + (one.get(name)?.[i] ?? NaN) / 3, 0);
        expect(updated[i], name).toBeCloseTo(mean, 6);
        // the average counts updates: this was the first, of which a tenth of what was before is kept
        const average = together.get(`${name}/average`)?.[i];
        expect(average, name).toBeCloseTo(0.1 * value + 0.9 * mean, 6);
      });
      expect(together.get(`${name}/gradient`), name).toEqual(values.map(() => 0));
    }
  });

  it("goes on in the midst of accumulated gradients as if it had not stopped", async () => {
    const recipe: Partial<Recipe> = { accumulate: 2, average: { every: 1, keep: 0.9 } };
    const [whole, first, second] = [await trainerOf(recipe), await trainerOf(recipe), await trainerOf(recipe)];
    for (let step = 0; step < 8; step++) {
      await whole.train(step, step / 8);
      if (step < 5) await first.train(step, step / 8);
    }
    expect(first.trainer.state).toEqual({ phase: "frozen" }); // since step 4, which is half
    for (const [name, values] of first.weights()) {
      const variable = second.trainer.compiled.variables.get(name);
      tf.tidy(() => variable?.assign(tf.tensor(values, variable.shape)));
    }
    second.trainer.restore(first.trainer.state);
    for (let step = 5; step < 8; step++) await second.train(step, step / 8);
    expect(second.weights()).toEqual(whole.weights());
    // a phase waits for the update
    const third = await trainerOf(recipe);
    await third.train(0, 0);
    await third.train(1, 0.7);
    expect(third.trainer.state).toEqual({ phase: "batch" });
    await third.train(2, 0.7);
    expect(third.trainer.state).toEqual({ phase: "frozen" });
    for (const one of [whole, first, second]) one.trainer.dispose();
    third.dispose();
    for (const one of [whole, first, second]) one.task.dispose();
  });

  it("keeps no average where the recipe has none", async () => {
    const { trainer, weights, train, dispose } = await trainerOf({ average: false });
    expect([...weights().keys()].filter((name) => name.endsWith("/average"))).toEqual([]);
    expect(Object.keys(trainer.compiled.steps)).not.toContain("average");
    await train(0, 0);
    const { score, comparison } = await trainer.validate();
    expect(score).toBeGreaterThanOrEqual(0);
    expect(trainer.saved.size).toBe(0);
    expect(comparison).toBeUndefined();
    dispose();
  });

  it("compares averaged and raw weights where told, and saves the better ones", async () => {
    const { trainer, weights, train, dispose } = await trainerOf({
      ...{ optimizer: "adam", average: { every: 1, keep: 1 - 1e-9, compare: true } },
    });
    for (const [name, variable] of trainer.compiled.variables) {
      if (!name.endsWith("out/kernel/average")) continue;
      tf.tidy(() => {
        variable.assign(variable.neg()); // the other side
      });
    }
    trainer.compiled.program.push();
    for (let step = 0; step < 30; step++) await train(step, 0);
    const raw = await trainer.validate();
    const { scores, weights: better } = raw.comparison ?? expect.fail();
    expect(better).toBe(scores.raw > scores.average ? "raw" : "average");
    expect(raw.score).toBe(Math.max(scores.raw, scores.average));
    expect(scores.raw).not.toBe(scores.average);
    expect(trainer.saved.size).toBe(scores.raw > scores.average ? 0 : trainer.compiled.averages.size);
    expect(trainer.described).toEqual({ thresholds: [raw.score, 1] }); // of the weights that are saved

    // the other way about: weights and averages change places
    weights();
    for (const [weight, average] of trainer.compiled.averages) {
      const kept = weight.clone();
      weight.assign(average);
      average.assign(kept);
      kept.dispose();
    }
    trainer.compiled.program.push();
    const swapped = await trainer.validate();
    expect(swapped.score).toBe(raw.score);
    expect(trainer.described).toEqual({ thresholds: [swapped.score, 1] });
    expect(swapped.comparison).toEqual({
      weights: scores.raw > scores.average ? "average" : "raw",
      scores: { raw: scores.average, average: scores.raw },
    });
    expect(trainer.state.better).toBe(swapped.comparison?.weights);
    dispose();
  });

  it("calibrates before a phase that asks for it: statistics then stay, and the average begins anew", async () => {
    const phases: Phase[] = [
      { name: "batch", from: 0, statistics: "batch" },
      { name: "frozen", from: 0.5, statistics: "moving", calibrate: 3 },
    ];
    const { trainer, weights, train, dispose } = await trainerOf({ phases, average: { every: 1, keep: 0.999 } });
    for (let i = 0; i < 4; i++) await train(i, 0.1);
    trainer.nextPhase();
    expect(trainer.state).toEqual({ phase: "batch", requested: "frozen" });
    await train(4, 0.1);
    expect(trainer.state).toEqual({ phase: "frozen" });
    const calibrated = weights();
    await train(5, 0.1);
    const later = weights();
    expect(changed(calibrated, later)).not.toContain("norm/moving_mean");
    expect(changed(calibrated, later)).toContain("hidden/kernel");
    const [weight = [], average = []] = ["out/kernel", "out/kernel/average"].map((name) => calibrated.get(name));
    // a step after it began anew, the average is still near the weight
    weight.forEach((value, i) => {
      expect(Math.abs(value - (average[i] ?? NaN))).toBeLessThan(0.011);
    });
    dispose();
  });

  it("measures the averaged weights, and the session keeps its own", async () => {
    const { trainer, weights, train, dispose } = await trainerOf({ average: { every: 1, keep: 0.5 } });
    for (let i = 0; i < 3; i++) await train(i, 0);
    const before = weights();
    const { score } = await trainer.validate();
    expect(score).toBeGreaterThanOrEqual(0);
    expect(changed(before, weights())).toEqual([]);
    dispose();
  });

  it("compares precisions without a trace", async () => {
    const tensors = tf.memory().numTensors;
    const task = toyTask(new Random("toy"));
    const values = (): string => task.network.getWeights().map((weight) => weight.dataSync().join()).join("\n"); // prettier-ignore
    const before = values();
    const options = { precision: "auto", fast: "bfloat16", random: new Random(1) } as const;
    const trainer = await Trainer.make(task, options);
    expect(["bfloat16", "float32"]).toContain(trainer.compiled.precision);
    trainer.compiled.program.pull();
    expect(values()).toBe(before);
    for (const [name, variable] of trainer.compiled.variables) {
      if (name.includes("adam_")) expect(Math.max(...variable.dataSync().map(Math.abs)), name).toBe(0);
    }
    trainer.dispose();
    task.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
