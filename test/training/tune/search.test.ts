import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { drawSamples } from "../../../src/training/tune/sample.ts";
import { planSearch, resultsOf, runSearch, type Trainer } from "../../../src/training/tune/search.ts";
import { spaceOf } from "../../../src/training/tune/space.ts";
import { standingOf } from "../../../src/training/tune/standing.ts";
import { TuneFolder, type TuneState, TuneState as Schema } from "../../../src/training/tune/tuneFolder.ts";

const space = spaceOf({ lr: { from: 1e-4, to: 1, scale: "log" }, optimizer: ["adamw", "sgd"] }, "space");

/** Raised by what stands for a process that was killed. */
class Killed extends Error {}

interface World {
  seconds: number;
  killAt?: number;
  stopAt?: number;
  begun: string[];
}

/** A score that is best at lr 0.01, gets better with time, and has noise by seed; rates above 0.5 diverge. */
function fakeTrainer(world: World, abort: AbortController, start = 4): Trainer {
  let calls = 0;
  return {
    start: () => {
      world.seconds += start + 1;
      return Promise.resolve({ startUp: start, closing: 1 });
    },
    train: ({ number, seconds, seed }, { lr, optimizer }) => {
      world.begun.push(`${number} for ${seconds.toFixed(2)} with seed ${seed}`);
      if (++calls === world.killAt) throw new Killed();
      if (calls === world.stopAt) {
        abort.abort();
        return Promise.resolve(undefined);
      }
      world.seconds += seconds + 1;
      if (Number(lr) > 0.5) throw new Error(`step 3: the loss became NaN at ${String(lr)}`);
      const noise = new Random(`${seed} ${String(lr)} ${seconds}`).normal(0, 0.02);
      const distance = Math.abs(Math.log10(Number(lr)) + 2) + (optimizer === "sgd" ? 0.3 : 0);
      return Promise.resolve({ score: 1 - 0.2 * distance - 3 / seconds + noise });
    },
  };
}

interface Ended {
  state: TuneState;
  world: World;
  finished: boolean;
}

/** One process: begins a search, or goes on with what an earlier one has written. */
async function search(minutes: number, seed: number, changes: Partial<World> = {}, begun?: TuneState): Promise<Ended> {
  const world: World = { seconds: 0, begun: [], ...changes };
  const abort = new AbortController();
  const spent = (): number => (begun?.spent ?? 0) + world.seconds;
  const samples = drawSamples(space, new Random(seed), 30);
  const trainer = fakeTrainer(world, abort);
  const plan = begun ? undefined : await planSearch(samples, trainer, { seconds: 60 * minutes, spent, shortest: { usual: 10 } }); // prettier-ignore
  const given = { version: 1, data: "/photos", reading: {}, minutes, seed, space } as const;
  let written = begun ?? Schema.parse({ ...given, ...plan, spent: spent(), trials: [] });
  const write = (state: TuneState): Promise<void> => {
    written = Schema.parse(JSON.parse(JSON.stringify(state))); // as a file would have it
    return Promise.resolve();
  };
  const dies: Trainer = {
    ...trainer,
    train: async (trial, sample) => {
      try {
        return await trainer.train(trial, sample);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        return new Promise(() => undefined); // nothing comes after a kill
      }
    },
  };
  const state = structuredClone(written);
  const end = runSearch(state, samples, dies, { write, spent, signal: abort.signal });
  const killed = new Promise<undefined>((resolve) => {
    if (world.killAt !== undefined) setTimeout(resolve, 15, undefined);
  });
  const finished = await Promise.race([end, killed]);
  return { state: written, world, finished: finished === true };
}

/** What a search decided, without how long things took. */
const decided = ({ trials, plan }: TuneState) => ({
  plan,
  trials: trials.map(({ number, sample, rung, again, seed, seconds, outcome }) => [
    ...[number, sample, rung, again, seed, seconds, outcome],
  ]),
});

describe("a search", () => {
  it("keeps within its minutes and trains what the plan says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 1.5, max: 60, noNaN: true }), fc.integer({ min: 0, max: 50 }), async (m, s) => {
        const { state, world, finished } = await search(m, s);
        expect(finished).toBe(true);
        expect(world.seconds).toBeLessThanOrEqual(60 * m);
        expect(state.spent).toBeCloseTo(world.seconds, 6);
        const { trials } = state;
        expect(trials.map(({ number }) => number)).toEqual(trials.map((_, i) => i + 1));
        expect(trials.every(({ seed, again }) => seed === (again ? s + 1 : s))).toBe(true);
        expect(trials.every(({ outcome }) => (outcome?.score === null) === (outcome?.reason !== undefined))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("finds a good learning rate in spite of noise, and passes by what diverges", async () => {
    const { state } = await search(40, 3);
    const samples = drawSamples(space, new Random(3), 30);
    const { best, finalists } = standingOf(state.plan, resultsOf(state));
    expect(finalists).toHaveLength(2);
    expect(Math.abs(Math.log10(Number(samples[best ?? -1]?.lr)) + 2)).toBeLessThan(0.7);
    const failed = state.trials.filter(({ outcome }) => outcome?.score === null);
    expect(failed.length).toBeGreaterThan(0);
    for (const { outcome, rung } of failed) expect([outcome?.reason, rung]).toEqual([expect.stringMatching(/NaN/), 0]);
  });

  it("that is stopped or killed in any training goes on with it and ends as if it had not been", async () => {
    const whole = await search(5, 7);
    const count = whole.state.trials.length;
    expect(count).toBeGreaterThan(6);
    for (let at = 1; at <= count; at++) {
      for (const how of [{ stopAt: at }, { killAt: at }]) {
        const half = await search(5, 7, how);
        expect(half.finished).toBe(false);
        expect(half.state.trials.at(-1)).toMatchObject({ number: at, begun: "killAt" in how ? 1 : 0 });
        expect(half.state.trials.at(-1)?.outcome).toBeUndefined();
        const rest = await search(5, 7, {}, half.state);
        expect(rest.world.begun[0]).toBe(half.world.begun.at(-1));
        expect(rest.world.begun).toHaveLength(count - at + 1);
        expect(decided(rest.state)).toEqual(decided(whole.state));
      }
    }
    expect((await search(5, 7, {}, whole.state)).world.begun).toEqual([]);
  });

  it("gives a training up in which the process died three times, and goes on with the others", async () => {
    let { state } = await search(5, 7, { killAt: 2 });
    for (let times = 0; times < 2; times++) ({ state } = await search(5, 7, { killAt: 1 }, state));
    const { state: end, finished } = await search(5, 7, {}, state);
    expect(finished).toBe(true);
    expect(end.trials[1]?.outcome).toEqual({ score: null, reason: expect.stringMatching(/ended 3 times/) as string });
    expect(end.trials.filter(({ outcome }) => outcome?.score !== null).length).toBeGreaterThan(5);
  });
});

describe("planning", () => {
  const samples = drawSamples(space, new Random(1), 9);
  const plan = (start: Trainer["start"], seconds: number, shortest: { wanted: number } | { usual: number }) =>
    planSearch(
      samples,
      { start, train: () => Promise.reject(new Error("trained")) },
      { seconds, spent: () => 0, shortest },
    );
  const starts = (startUp: number) => () => Promise.resolve({ startUp, closing: 1 });

  it("says how many minutes it takes where they are too few, if it can before anything begins", async () => {
    const never = () => Promise.reject(new Error("began"));
    await expect(plan(never, 60, { usual: 20 })).rejects.toThrow(
      "1 minute is too little for two samples: two trainings of 20 s, and both again with another seed, take 1.38 minutes with",
    );
    await expect(plan(starts(30), 120, { usual: 20 })).rejects.toThrow(/two trainings of 90 s.* take 6\.2\d minutes/);
    expect((await plan(starts(1), 120, { usual: 20 }))?.plan.rungs[0]?.trials).toBe(3);
  });

  it("makes trainings so long that most of them is training", async () => {
    const rungs = (await plan(starts(20), 1000, { usual: 20 }))?.plan.rungs;
    expect(rungs?.[0]?.seconds).toBeGreaterThanOrEqual(60);
    await expect(plan(starts(20), 1000, { wanted: 25 })).rejects.toThrow(
      "trainings of 25 s are too short: one takes 20 s to begin; 30 s are the least",
    );
    expect((await plan(starts(2), 150, { wanted: 5 }))?.plan.rungs[0]?.seconds).toBeLessThan(10);
  });

  it("goes past samples that cannot be trained, but not for ever", async () => {
    let calls = 0;
    const third = () => (++calls < 3 ? Promise.reject(new Error(`bad ${calls}`)) : starts(2)());
    expect(await plan(third, 1000, { usual: 20 })).toMatchObject({ startUp: 2 });
    calls = -9;
    await expect(plan(third, 1000, { usual: 20 })).rejects.toThrow("bad -8");
    expect(calls).toBe(-6);
  });

  it("is nothing where it was stopped", async () => {
    expect(await plan(() => Promise.resolve(undefined), 1000, { usual: 20 })).toBeUndefined();
  });
});

describe("the folder of a search", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "anchorkit-tune-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  it("keeps the state, and says which field of a damaged one is wrong", async () => {
    const folder = new TuneFolder(join(root, "a"));
    await expect(folder.read()).rejects.toThrow(/a: holds no search/);
    const { state } = await search(3, 1);
    await folder.write(state);
    expect(await folder.read()).toEqual(state);
    await writeFile(folder.state, JSON.stringify({ ...state, minutes: "three" }));
    await expect(folder.read()).rejects.toThrow('tune.json: minutes: must be a number, got "three"');
  });

  it("is of one search at a time, and takes no place of others' files", async () => {
    const folder = new TuneFolder(join(root, "b"));
    const release = await folder.lock();
    await expect(new TuneFolder(join(root, "b")).lock()).rejects.toThrow(/another search is writing to it/);
    await release();
    await mkdir(join(root, "c", "trials", "mine"), { recursive: true });
    await expect(new TuneFolder(join(root, "c")).requireFree([])).rejects.toThrow(/trials: is there already/);
    const { state } = await search(3, 1);
    const other = new TuneFolder(join(root, "d"));
    await other.write(state);
    await expect(other.requireFree([])).rejects.toThrow(/holds a search already; go on with --resume/);
  });
});
