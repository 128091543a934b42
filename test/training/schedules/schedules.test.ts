import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CosineOptions,
  cosineDecay,
  cosineRestarts,
  type RestartOptions,
} from "../../../src/training/schedules/cosine.ts";
import {
  constant,
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  piecewiseConstant,
  polynomialDecay,
  type PolynomialOptions,
} from "../../../src/training/schedules/decays.ts";
import { oneCycle } from "../../../src/training/schedules/oneCycle.ts";
import { scheduledRate, type ScheduleName, SCHEDULES } from "../../../src/training/schedules/registry.ts";
import type { Schedule } from "../../../src/training/schedules/schedule.ts";
import { oracleCases, type OracleCase } from "../../detection/support.ts";

interface ScheduleCase extends OracleCase {
  input: { steps: number[]; config: Record<string, unknown> };
  expected: number[];
}

const makers: [string, (config: never) => Schedule][] = [
  ["cosine restarts", (config: RestartOptions) => cosineRestarts(config)],
  ["cosine", (config: CosineOptions) => cosineDecay(config)],
  ["exponential", (config: DecayOptions) => exponentialDecay(config)],
  ["polynomial", (config: PolynomialOptions) => polynomialDecay(config)],
  ["piecewise", piecewiseConstant],
  ["inverse time", (config: DecayOptions) => inverseTimeDecay(config)],
];

/** The names of schedules.json, in ours. */
const NAMES: Record<string, string> = {
  ...{ initial: "initialRate", target: "warmupTarget", rate: "decayRate", end: "endRate" },
};

function scheduleOf(name: string, config: Record<string, unknown>): Schedule {
  const make = makers.find(([beginning]) => name.startsWith(beginning))?.[1] ?? expect.fail(`no schedule for ${name}`);
  const options = Object.fromEntries(Object.entries(config).map(([key, value]) => [NAMES[key] ?? key, value]));
  return make(options as never);
}

describe("schedules by steps", () => {
  const cases = ["schedules", "schedules_more"].flatMap(oracleCases) as ScheduleCase[];

  it.each(cases.map((one) => [one.name, one] as const))("%s is Keras's", (name, { input, expected }) => {
    const rateAt = scheduleOf(name, input.config);
    expect(input.steps.length).toBeGreaterThan(5);
    input.steps.forEach((step, i) => {
      expect(Math.abs(rateAt(step) - (expected[i] ?? NaN)), `step ${step}`).toBeLessThan(1e-8); // float32 there
    });
  });

  it("lengths are in the unit of the position: progress with shares, or steps with steps", () => {
    const position = fc.double({ min: 0, max: 1, noNaN: true });
    const configs: [string, Record<string, unknown>, string[]][] = [
      ["cosine", { initialRate: 0.3, warmupTarget: 0.9, warmupSteps: 0.1, decaySteps: 0.8, alpha: 0.1 }, ["warmupSteps", "decaySteps"]],
      ["exponential", { initialRate: 0.3, decaySteps: 0.4, decayRate: 0.2 }, ["decaySteps"]],
      ["polynomial", { initialRate: 0.3, decaySteps: 0.7, endRate: 0.1, power: 3 }, ["decaySteps"]],
      ["inverse time", { initialRate: 0.3, decaySteps: 0.4, decayRate: 2 }, ["decaySteps"]],
    ]; // prettier-ignore
    for (const [name, config, lengths] of configs) {
      const inSteps = { ...config, ...Object.fromEntries(lengths.map((key) => [key, 512 * (config[key] as number)])) };
      const [byProgress, bySteps] = [scheduleOf(name, config), scheduleOf(name, inSteps)];
      fc.assert(
        fc.property(position, (at) => Math.abs(byProgress(at) - bySteps(512 * at)) < 1e-9),
        { numRuns: 50 },
      );
    }
  });

  it("stairs go down at the end of each length, whatever 0.3 / 0.1 is", () => {
    const stairs = exponentialDecay({ initialRate: 8, decaySteps: 0.1, decayRate: 0.5, staircase: true });
    expect([0, 0.09, 0.1, 0.29, 0.3, 0.7].map(stairs)).toEqual([8, 8, 4, 2, 1, 8 / 128]); // prettier-ignore
  });

  it("one cycle rises for a quarter and falls for the rest", () => {
    const rateAt = oneCycle({ peakRate: 0.5, steps: 80 });
    expect(rateAt(0)).toBeCloseTo(0.02, 9);
    expect(rateAt(10)).toBeCloseTo(0.26, 9); // half-way up
    expect(rateAt(20)).toBeCloseTo(0.5, 9);
    expect(rateAt(50)).toBeCloseTo((0.5 + 5e-6) / 2, 9);
    expect(rateAt(80)).toBeCloseTo(5e-6, 9);
    expect(rateAt(90)).toBeCloseTo(5e-6, 9);
  });

  it.each([
    [() => piecewiseConstant({ boundaries: [1, 2], values: [1, 2] }), "2 boundaries need 3 values, got 2"],
    [() => piecewiseConstant({ boundaries: [3, 2], values: [1, 2, 3] }), "the boundary 2 is not above the one before"],
    [() => cosineRestarts({ initialRate: 1, firstDecaySteps: 0 }), "firstDecaySteps: 0 is not above 0"],
    [() => cosineRestarts({ initialRate: 1, firstDecaySteps: 5, tMul: 0.5 }), "tMul: 0.5 is under 1"],
  ])("refuses what has no meaning: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("schedules of a training", () => {
  const names = Object.keys(SCHEDULES) as ScheduleName[];

  it.each(names)("%s reaches the peak and no more, and ends below it or at it", (name) => {
    const rateAt = scheduledRate(name, { peak: 0.4, warmupSteps: 5 });
    const rates = Array.from({ length: 1001 }, (_, step) => rateAt(step, step / 1000));
    expect(Math.max(...rates)).toBeCloseTo(0.4, 2);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.4);
    expect(Math.min(...rates)).toBeGreaterThan(0);
    if (name !== "constant") expect(rates.at(-1)).toBeLessThan(0.05);
    expect(rateAt(1200, 1.3)).toBe(rates.at(-1)); // the last step of a budget in minutes may begin after it
    expect(rates[0]).toBeLessThanOrEqual(0.08); // a fifth, or the cycle's own beginning
  });

  it.each([
    ["step", [1, 1, 0.1, 0.01, 0.01, 0.01]],
    ["piecewise", [1, 1, 1, 0.1, 0.1, 0.01]],
    ["constant", [1, 1, 1, 1, 1, 1]],
    ["polynomial", [1, 0.802, 0.604, 0.307, 0.208, 0.0595]],
  ] as const)("%s, by progress 0, 0.2, 0.4, 0.7, 0.8 and 0.95", (name, expected) => {
    const rateAt = scheduledRate(name, { peak: 1, warmupSteps: 0 });
    [0, 0.2, 0.4, 0.7, 0.8, 0.95].forEach((progress, i) => {
      expect(rateAt(7, progress)).toBeCloseTo(expected[i] ?? NaN, 9);
    });
  });

  it("restarts come after a seventh and three sevenths", () => {
    const rateAt = scheduledRate("restarts", { peak: 1, warmupSteps: 0 });
    const near = [0.142, 0.143, 0.428, 0.429, 0.9999].map((progress) => rateAt(1, progress));
    expect(near.map((rate) => Math.round(rate * 100) / 100)).toEqual([0.01, 1, 0.01, 1, 0.01]);
  });

  it.each([
    // step, progress, rate
    [0, 0, 0.2],
    [1, 0.01, 0.4],
    [3, 0.03, 0.8],
    [3, 0.9, 0.8], // warm-up goes by steps, whatever the progress
    [4, 0, 0.8],
    [4, 0.25, 0.8 * (0.01 + 0.99 * 0.853553)], // (1 + cos 45°) / 2
    [9, 1 / 3, 0.8 * (0.01 + 0.99 * 0.75)], // cos 60° is a half
    [99, 1, 0.008],
  ])("cosine after warm-up, at step %d and progress %d: %d", (step, progress, expected) => {
    expect(scheduledRate("cosine", { peak: 0.8, warmupSteps: 4 })(step, progress)).toBeCloseTo(expected, 6);
  });

  it("constant is constant", () => {
    expect([0, 1, 1e6].map(constant(0.25))).toEqual([0.25, 0.25, 0.25]);
  });
});
