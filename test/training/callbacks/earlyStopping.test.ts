import { describe, expect, it } from "vitest";
import { joinCallbacks, type Wish } from "../../../src/training/callbacks/callback.ts";
import { earlyStopping } from "../../../src/training/callbacks/earlyStopping.ts";
import type { FitValidation } from "../../../src/training/loop/progress.ts";

const measured = (score: number): FitValidation => ({
  ...{ step: 1, epoch: 1, elapsed: 1, loss: 1, learningRate: 0.1, waiting: 0, metrics: {}, best: false },
  score,
});
const stops = (scores: number[], callback: ReturnType<typeof earlyStopping>): boolean[] =>
  scores.map((score) => (callback.onValidation?.(measured(score)) as Wish | undefined)?.stop !== undefined);

describe("early stopping", () => {
  it("ends after so many validations in a row without a rise", () => {
    const scores = [0.1, 0.3, 0.2, 0.3, 0.31, 0.3, 0.3, 0.31];
    expect(stops(scores, earlyStopping({ patience: 3 }))).toEqual([...Array<boolean>(7).fill(false), true]);
    expect(stops([0.5, 0.4], earlyStopping({ patience: 1 }))).toEqual([false, true]);
  });

  it("counts what is hardly a rise as none", () => {
    expect(stops([0.5, 0.505, 0.508], earlyStopping({ patience: 2, minDelta: 0.01 }))).toEqual([false, false, true]);
  });

  it("goes on from its saved state", () => {
    const first = earlyStopping({ patience: 2 });
    stops([0.5, 0.4], first);
    const second = earlyStopping({ patience: 2 });
    second.restore?.(JSON.parse(JSON.stringify(first.state?.())));
    expect(stops([0.5], second)).toEqual([true]);
  });
});

describe("callbacks together", () => {
  it("have their states and wishes by name, in their order", () => {
    const seen: unknown[] = [];
    const joined = joinCallbacks([
      { name: "a", onStep: () => ({ rateFactor: 0.5 }), state: () => 1, restore: (saved) => seen.push(saved) },
      { name: "b", onStep: () => undefined },
      { name: "c", onStep: () => ({ stop: "enough" }) },
    ]);
    expect(joined.onStep({} as never)).toEqual([{ rateFactor: 0.5 }, { stop: "enough" }]);
    expect(joined.states()).toEqual({ a: 1 });
    joined.restore({ a: 7, b: 8 });
    expect(seen).toEqual([7]);
  });

  it("must have different names", () => {
    expect(() => joinCallbacks([{ name: "a" }, { name: "a" }])).toThrow('two callbacks are called "a"');
  });
});
