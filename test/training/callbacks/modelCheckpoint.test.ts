import { describe, expect, it } from "vitest";
import type { Callback } from "../../../src/training/callbacks/callback.ts";
import { modelCheckpoint } from "../../../src/training/callbacks/modelCheckpoint.ts";
import { timeLimit } from "../../../src/training/callbacks/timeLimit.ts";
import { goneOn, progress, viewOf, wishesOf } from "./validations.ts";

/** The steps, of three an epoch, after which a checkpoint is wished for. */
const kept = (callback: Callback, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i + 1).filter(
    (step) => callback.onStep?.(progress({ step, epoch: step / 3 }))?.checkpoint !== undefined,
  );

describe("model checkpoints", () => {
  it("are wished for after every so many epochs, also when a training goes on", () => {
    const make = (): Callback => modelCheckpoint({ every: { epochs: 2 }, keep: 3 });
    expect(kept(make(), 0, 20)).toEqual([6, 12, 18]);
    const first = make();
    expect(kept(first, 0, 7)).toEqual([6]);
    expect(kept(goneOn(first, make()), 7, 20)).toEqual([12, 18]);
  });

  it("are wished for after every so many validations", async () => {
    const callback = modelCheckpoint({ every: { validations: 2 }, keep: 3 });
    expect(kept(callback, 0, 9)).toEqual([]);
    const wish = { checkpoint: { keep: 3 } };
    expect(await wishesOf(callback, [{}, {}, {}, {}])).toEqual([undefined, wish, undefined, wish]);
  });
});

describe("a time limit", () => {
  it("counts from where this session began", async () => {
    const callback = timeLimit({ minutes: 1 });
    await callback.onBegin?.(viewOf({ elapsed: 100 }));
    expect(callback.onStep?.(progress({ elapsed: 159 }))).toBeUndefined();
    expect(callback.onStep?.(progress({ elapsed: 160 }))).toEqual({ stop: "its time, 1 min, is over" });
  });
});
