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
  return { trainer, weights, train, dispose };
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
    expect(trainer.state).toEqual({ phase: "all" });
    const all = changed(head, weights());
    expect(all).toEqual(expect.arrayContaining(["hidden/kernel", "norm/gamma", "norm/moving_mean", "out/kernel"]));
    await train(2, 0.1); // prolonged: it does not go back
    expect(trainer.state).toEqual({ phase: "all" });
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
    expect(tf.memory().numTensors).toBeLessThan(20);
  });
});
