import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import type { Callback } from "../../../src/training/callbacks/callback.ts";
import { fit, type FitOptions, LoopState, type StepInfo, type Training } from "../../../src/training/loop/fit.ts";
import type { FitProgress, FitValidation } from "../../../src/training/loop/progress.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

interface Told {
  calls: string[];
  steps: FitProgress[];
  validations: FitValidation[];
  /** What the task was told at each step. */
  infos: StepInfo[];
  saved: LoopState[];
  state: LoopState;
}

interface Numbers {
  scores?: number[];
  losses?: (step: number) => Record<string, number>;
  /** A step takes so many seconds. */
  seconds?: number;
  promised?: boolean;
  /** Told of each validation. */
  validated?: () => void;
}

const everyStep: FitOptions = { budget: { epochs: 2 }, batch: 5, learningRate: () => 0.1, validations: 2 };

/** Trains numbers: a batch is its step, the loss of step i is 10 - i, scores are as given. Two steps are an epoch. */
async function told(
  options: Partial<FitOptions> = {},
  { scores = [], losses = (step) => ({ loss: 10 - step }), seconds = 1, promised = false, validated }: Numbers = {},
): Promise<Told> {
  const [calls, infos, saved]: [string[], StepInfo[], LoopState[]] = [[], [], []];
  const [steps, validations]: [FitProgress[], FitValidation[]] = [[], []];
  const task: Training<number> = {
    stepsPerEpoch: 2,
    prepare(step) {
      calls.push(`prepare ${step}`);
      return Promise.resolve(step);
    },
    train(batch, info) {
      calls.push(`train ${batch}`);
      infos.push(info);
      vi.advanceTimersByTime(1000 * seconds);
      return promised ? setImmediate(losses(batch)) : losses(batch);
    },
    nextPhase() {
      calls.push("next phase");
    },
    namesOf: (batch) => [`a${batch}.png`, `b${batch}.png`],
    validate() {
      calls.push("validate");
      validated?.();
      return Promise.resolve({ score: scores.shift() ?? 0, metrics: { AP: scores.length } });
    },
    saveCheckpoint(step, keep) {
      calls.push(`save checkpoint ${step}, keep ${keep}`);
      return Promise.resolve();
    },
    saveBest() {
      calls.push("save best");
      return Promise.resolve();
    },
    saveLast(state) {
      calls.push("save last");
      saved.push(state);
      return Promise.resolve();
    },
  };
  const state = await fit(task, {
    ...everyStep,
    onStep: (progress) => steps.push(progress),
    onValidation: (validation) => validations.push(validation),
    ...options,
  });
  return { calls, steps, validations, infos, saved, state };
}

const validationSteps = ({ validations }: Told): number[] => validations.map(({ step }) => step);

describe("fit", () => {
  it.each([false, true])(
    "prepares a step ahead, trains in order, measures and saves (promised %s)",
    async (promised) => {
      const { calls } = await told({}, { scores: [0.3, 0.5], promised });
      expect(calls).toEqual([
        ...["prepare 0", "prepare 1", "train 0", "prepare 2", "train 1", "validate", "save best", "save last"],
        ...["prepare 3", "train 2", "prepare 4", "train 3", "validate", "save best", "save last"],
      ]);
    },
  );

  it("keeps the best weights alone, an equal score is not better", async () => {
    const result = await told({ validations: 4 }, { scores: [0.5, 0.2, 0.5, 0.6] });
    expect(result.calls.filter((call) => call === "save best")).toHaveLength(2);
    expect(result.validations.map(({ best }) => best)).toEqual([true, false, false, true]);
    expect(result.saved.map(({ best }) => best)).toEqual([
      ...[{ score: 0.5, step: 1 }, { score: 0.5, step: 1 }, { score: 0.5, step: 1 }],
      { score: 0.6, step: 4 },
    ]); // prettier-ignore
    expect(result.state).toMatchObject({ step: 4, elapsed: 4, best: { score: 0.6, step: 4 }, finished: true });
  });

  it("takes the first score as the best, be it 0", async () => {
    expect((await told({ validations: 1 }, { scores: [0] })).state.best).toEqual({ score: 0, step: 4 });
  });

  it.each([
    // epochs of two steps, validations, after which steps
    [2, 1, [4]],
    [2, 3, [2, 3, 4]],
    [5, 3, [4, 7, 10]],
    [6, 12, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    [1, 12, [1, 2]], // no step is measured twice
  ])("%d epochs with %d validations measure after steps %j", async (epochs, validations, expected) => {
    expect(validationSteps(await told({ budget: { epochs }, validations }))).toEqual(expected);
  });

  it("tells the task step, progress and the learning rate of that step and progress", async () => {
    const learningRate = vi.fn((step: number, progress: number) => 100 * step + progress);
    const { infos, steps } = await told({ learningRate });
    expect(learningRate.mock.calls).toEqual([[0, 0], [1, 0.25], [2, 0.5], [3, 0.75]]); // prettier-ignore
    expect(infos).toEqual([
      { step: 0, progress: 0, learningRate: 0 },
      { step: 1, progress: 0.25, learningRate: 100.25 },
      { step: 2, progress: 0.5, learningRate: 200.5 },
      { step: 3, progress: 0.75, learningRate: 300.75 },
    ]);
    expect(steps.map((step) => step.learningRate)).toEqual([0, 100.25, 200.5, 300.75]);
  });

  it("reports each step, with the time left at the speed so far, and means of the loss", async () => {
    const { steps, validations } = await told({ spent: 6 }, { seconds: 2, scores: [0.3, 0.1] });
    expect(steps[0]).toMatchObject({ step: 1, steps: 4, epoch: 0.5, epochs: 2, elapsed: 8, remaining: 24, loss: 10 });
    expect(steps[3]).toMatchObject({ step: 4, epoch: 2, elapsed: 14, remaining: 0, loss: 7, samplesPerSecond: 2.5 });
    expect(validations).toMatchObject([
      { step: 2, epoch: 1, elapsed: 10, loss: 9.5, metrics: { AP: 1 }, best: true },
      { step: 4, epoch: 2, elapsed: 14, loss: 7.5, metrics: { AP: 0 }, best: false },
    ]);
  });

  it("with a budget in minutes goes by the clock, what was spent before it included", async () => {
    const learningRate = vi.fn((_: number, progress: number) => progress);
    const budget = { minutes: 1 };
    const result = await told({ budget, spent: 12, validations: 3, learningRate }, { seconds: 9 });
    // 12, 21, 30, 39, 48 and 57 s: each below a minute, so a sixth step begins and ends after it.
    expect(result.infos.map(({ progress }) => progress)).toEqual([0.2, 0.35, 0.5, 0.65, 0.8, 0.95]);
    expect(learningRate.mock.results.map(({ value }) => value as number)).toEqual([0.2, 0.35, 0.5, 0.65, 0.8, 0.95]);
    expect(validationSteps(result)).toEqual([1, 4, 6]); // due at 20, 40 and 60 s: after 21, 48 and 66
    expect(result.state).toMatchObject({ step: 6, elapsed: 66, finished: true });
    expect(result.steps[1]).toMatchObject({ elapsed: 30, remaining: 30 });
    expect(result.steps[1]).not.toHaveProperty("steps");
  });

  it.each([
    // seconds of a validation, what the report takes, the budget
    [0, 0, 60],
    [3, 5, 60],
    [6, 9, 60],
    [12, 12, 120],
  ])(
    "with a budget in minutes is done in time: validations of %d s, a report of %d s",
    async (each, report, seconds) => {
      let validations = 0;
      const { state, infos } = await told(
        { budget: { minutes: seconds / 60 }, validations: 3, afterwards: () => report, spent: 7 },
        {
          seconds: 0.5,
          validated: () => {
            validations++;
            vi.advanceTimersByTime(1000 * each);
          },
        },
      );
      const done = state.elapsed + report;
      expect(done).toBeLessThanOrEqual(seconds + 0.5); // a step that has begun is done
      expect(done).toBeGreaterThan(seconds - 1);
      expect(validations).toBe(3);
      expect(infos.map(({ progress }) => progress)).toEqual(
        infos.map(({ progress }) => progress).sort((a, b) => a - b),
      );
    },
  );

  it("keeps most of a short time for training, however long the report takes", async () => {
    const options = { budget: { minutes: 1 }, validations: 3, afterwards: () => 1000 };
    expect((await told(options)).state.elapsed).toBe(45);
  });

  it("goes on from where it stood: step, time, best score and validations", async () => {
    const resumed = LoopState.parse({ step: 5, elapsed: 100, best: { score: 0.7, step: 3 }, finished: false });
    const options = { budget: { epochs: 4 }, validations: 4, spent: 1000, resumed };
    const { calls, infos, validations, state } = await told(options, { scores: [0.6, 0.8] });
    expect(calls[0]).toBe("prepare 5");
    expect(infos.map(({ step, progress }) => [step, progress])).toEqual([[5, 0.625], [6, 0.75], [7, 0.875]]); // prettier-ignore
    expect(validations.map(({ step, best }) => [step, best])).toEqual([[6, false], [8, true]]); // prettier-ignore
    expect(state).toMatchObject({ step: 8, elapsed: 103, best: { score: 0.8, step: 8 }, finished: true });
  });

  it("stops after the step in which it is asked to, with a checkpoint that says so", async () => {
    const abort = new AbortController();
    const { calls, state, saved } = await told({
      signal: abort.signal,
      onStep: ({ step }) => {
        if (step === 3) abort.abort();
      },
    });
    expect(calls.slice(-3)).toEqual(["prepare 3", "train 2", "save last"]);
    expect(state).toMatchObject({ step: 3, finished: false });
    expect(saved.at(-1)).toEqual(state);
  });

  it("does not begin where it is asked to stop before", async () => {
    const { calls, state } = await told({ signal: AbortSignal.abort() });
    expect(calls).toEqual(["prepare 0", "save last"]);
    expect(state).toMatchObject({ step: 0, elapsed: 0, best: null, finished: false });
  });

  it.each([NaN, Infinity])("ends at a loss of %d with the step, its name, the images and the cause", async (value) => {
    const losses = (step: number): Record<string, number> => ({ loss: 1, boxes: step === 2 ? value : 0 });
    await expect(told({ learningRate: () => 0.04 }, { losses })).rejects.toThrow(
      `step 3: the loss "boxes" became ${value} on a2.png, b2.png; ` +
        "the learning rate (0.040) is probably too high: try 0.01",
    );
  });

  it("names other causes where training went well for long", async () => {
    const losses = (step: number): Record<string, number> => ({ loss: step === 120 ? NaN : 1 });
    await expect(told({ budget: { epochs: 100 } }, { losses })).rejects.toThrow(
      /^step 121: the loss "loss" became NaN on a120\.png, b120\.png; a lower learning rate \(it was 0\.10\) or the precision float32/,
    );
  });

  it("ends with the error of a batch that cannot be made, when its turn comes", async () => {
    const trained: number[] = [];
    const failing: Training<number> = {
      stepsPerEpoch: 2,
      prepare: (step) => (step === 1 ? Promise.reject(new Error("cannot read c.png")) : Promise.resolve(step)),
      train: (batch) => ({ loss: trained.push(batch) }),
      namesOf: () => [],
      nextPhase: () => undefined,
      validate: () => Promise.resolve({ score: 0, metrics: {} }),
      saveBest: () => Promise.resolve(),
      saveCheckpoint: () => Promise.resolve(),
      saveLast: () => Promise.resolve(),
    };
    await expect(fit(failing, everyStep)).rejects.toThrow("cannot read c.png");
    expect(trained).toEqual([0]);
  });

  it("keeps what was trained when an image cannot be read", async () => {
    const saved: LoopState[] = [];
    const failing: Training<number> = {
      stepsPerEpoch: 2,
      prepare: (step) => (step === 2 ? Promise.reject(new AnchorkitError("c.png: damaged")) : Promise.resolve(step)),
      train: () => ({ loss: 1 }),
      namesOf: () => [],
      nextPhase: () => undefined,
      validate: () => Promise.resolve({ score: 0, metrics: {} }),
      saveBest: () => Promise.resolve(),
      saveCheckpoint: () => Promise.resolve(),
      saveLast: (state) => Promise.resolve(void saved.push(state)),
    };
    await expect(fit(failing, { ...everyStep, validations: 1 })).rejects.toThrow(/^c\.png: damaged$/);
    expect(saved).toMatchObject([{ step: 2, finished: false }]);
  });

  it("does not tell as done what could not be saved: the checkpoint before it counts", async () => {
    const full = new AnchorkitError("best: no space");
    const scores = [0.3, 0.5];
    for (const failing of ["saveBest", "saveLast", "saveCheckpoint"] as const) {
      const saved: LoopState[] = [];
      const training: Training<number> = {
        ...{
          stepsPerEpoch: 2,
          prepare: (step) => Promise.resolve(step),
          train: () => ({ loss: 1 }),
          namesOf: () => [],
        },
        nextPhase: () => undefined,
        validate: () => Promise.resolve({ score: scores[saved.length] ?? 0, metrics: {} }),
        saveBest: () => Promise.resolve(),
        saveCheckpoint: () => Promise.resolve(),
        saveLast: (state) => Promise.resolve(void saved.push(state)),
      };
      const saves = training[failing].bind(training) as (...given: unknown[]) => Promise<void>;
      training[failing] = (...given: unknown[]) => (saved.length === 0 ? saves(...given) : Promise.reject(full));
      const callbacks: Callback[] = [{ name: "keeping", onValidation: () => ({ checkpoint: { keep: 1 } }) }];
      await expect(fit(training, { ...everyStep, callbacks }), failing).rejects.toBe(full);
      expect(saved, failing).toMatchObject([{ step: 2, best: { score: 0.3, step: 2 } }]);
    }
  });

  it("takes any score for better than one that is no number, also after an interruption", async () => {
    const { validations, saved } = await told({}, { scores: [NaN, 0.1] });
    expect(validations.map(({ best }) => best)).toEqual([true, true]);
    const resumed = LoopState.parse(JSON.parse(JSON.stringify(saved[0])));
    expect(resumed.best).toEqual({ score: NaN, step: 2 });
    expect((await told({ resumed }, { scores: [0.1] })).state.best).toEqual({ score: 0.1, step: 4 });
  });

  it("writes a checkpoint within the first minute, and every few minutes after", async () => {
    const result = await told({ budget: { minutes: 12 }, validations: 0 }, { seconds: 15 });
    expect(result.saved.map(({ step }) => 15 * step)).toEqual([45, 360, 675, 720]);
  });

  it("does what callbacks ask for, and keeps their states in checkpoints", async () => {
    const asked: Callback = {
      name: "asking",
      onStep: ({ step }) => (step === 1 ? { rateFactor: 0.5 } : undefined),
      onValidation: ({ step }) => (step === 2 ? { nextPhase: true } : { stop: "enough" }),
      state: () => ({ seen: 7 }),
    };
    const reasons: string[] = [];
    const onStop = (reason: string): void => void reasons.push(reason);
    const { calls, infos, state } = await told({ budget: { epochs: 9 }, validations: 9, callbacks: [asked], onStop });
    expect(infos.map(({ learningRate }) => learningRate)).toEqual([0.1, 0.05, 0.05, 0.05]);
    expect(calls.filter((call) => call === "next phase")).toHaveLength(1);
    expect(reasons).toEqual(["enough"]);
    expect(state).toMatchObject({ step: 4, finished: true, rateFactor: 0.5, callbacks: { asking: { seen: 7 } } });
  });

  it("means of the loss go on after an interruption", async () => {
    const resumed = LoopState.parse({
      ...{ step: 1, elapsed: 1, best: null, finished: false },
      since: { loss: 10, steps: 1 },
    });
    const { validations } = await told({ resumed });
    expect(validations.map(({ loss }) => loss)).toEqual([9.5, 7.5]);
  });
});
