import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import { drawSamples } from "../../../src/training/tune/sample.ts";
import { type Range, searchedOptions, type Space, spaceOf, typicalValues } from "../../../src/training/tune/space.ts";

const space = (content: Record<string, unknown>): Space => spaceOf(content, "s.yaml");
const samplesOf = (content: Record<string, unknown>, seed = 1, most = 50) =>
  drawSamples(space(content), new Random(seed), most);

describe("a space", () => {
  it("holds fixed values, lists and ranges, and knows which options it searches", () => {
    const content = {
      size: 64,
      optimizer: ["adamw", "sgd"],
      flip: ["none"],
      lr: { from: 1e-4, to: 0.01, scale: "log" },
    };
    expect(searchedOptions(space(content))).toEqual(["optimizer", "lr"]);
    expect(typicalValues(space(content).optimizer ?? 0)).toEqual(["adamw", "sgd"]);
    expect(typicalValues({ from: 2, to: 10, scale: "linear", step: 4 })).toEqual([2, 6, 10]);
  });

  it.each([
    [{ lr: { from: 1 } }, "s.yaml: lr: to: must be a number, but is missing"],
    [{ lr: { form: 1, to: 2 } }, "lr: from: must be a number, but is missing"],
    [{ lr: { from: 1, to: 2, by: 3 } }, 'lr: has no field "by"'],
    [{ lr: { from: 2, to: 2 } }, "lr: from (2) must be below to (2)"],
    [{ lr: { from: 0, to: 2, scale: "log" } }, "lr: from (0) must be above 0 where scale is log"],
    [{ lr: { from: 1, to: 2, scale: "logarithmic" } }, "scale: must be one of linear, log, got"],
    [{ batch: { from: 1, to: 8, scale: "log", step: 1 } }, "batch: step goes with scale: linear"],
    [{ batch: { from: 1, to: 8, step: 9 } }, "step (9) must not be larger than to - from (7)"],
    [{ batch: { from: 1, to: Infinity } }, "batch: to: must be a number"],
    [{ optimizer: [] }, "optimizer: must not be empty"],
    [{ optimizer: ["sgd", "adam", "sgd"] }, 'optimizer: has "sgd" twice'],
    [{ optimizer: [["sgd"]] }, "optimizer: [0]: must be text or a number"],
    [{ lr: null }, "lr: must be text"],
    [{ lr: 0.1, optimizer: ["sgd"] }, "leaves nothing to choose"],
    [{}, "leaves nothing to choose"],
  ])("%j is refused", (content, message) => {
    expect(() => space(content)).toThrow(message);
  });
});

describe("samples", () => {
  it("are the same for the same seed and space, and others for another seed; the first do not depend on how many", () => {
    const content = { lr: { from: 1e-4, to: 1e-2, scale: "log" }, optimizer: ["sgd", "adam"] };
    expect(samplesOf(content)).toEqual(samplesOf(content));
    expect(samplesOf(content, 1, 7)).toEqual(samplesOf(content).slice(0, 7));
    expect(samplesOf(content, 2)).not.toEqual(samplesOf(content));
  });

  it("are none twice, and all of a small space", () => {
    const content = { a: [1, 2, 3], b: { from: 0, to: 1, step: 0.25 }, c: true };
    const drawn = samplesOf(content);
    expect(drawn).toHaveLength(15);
    expect(new Set(drawn.map((one) => `${String(one.a)} ${String(one.b)}`)).size).toBe(15);
    expect(new Set(drawn.map(({ b }) => b))).toEqual(new Set([0, 0.25, 0.5, 0.75, 1]));
  });

  it("of a logarithmic range are as many in each power of ten", () => {
    const values = samplesOf({ lr: { from: 1e-4, to: 1e-1, scale: "log" } }, 3, 600).map(({ lr }) => Number(lr));
    for (const decade of [1e-4, 1e-3, 1e-2]) {
      const count = values.filter((lr) => lr >= decade && lr < 10 * decade).length;
      expect(count).toBeGreaterThan(150);
      expect(count).toBeLessThan(250);
    }
  });

  it("lie in their range, on its steps, whatever it is, and drawing ends", () => {
    const range = fc
      .record({
        from: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        width: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        parts: fc.option(fc.double({ min: 1, max: 50, noNaN: true }), { nil: undefined }),
        log: fc.boolean(),
      })
      .map(({ from, width, parts, log }): Range => {
        const low = log ? Math.abs(from) + 1e-9 : from;
        const step = parts === undefined || log ? {} : { step: width / parts };
        return { from: low, to: low + width, scale: log ? "log" : "linear", ...step };
      })
      .filter(({ from, to, step = 0 }) => from < to && step <= to - from);
    fc.assert(
      fc.property(range, fc.integer({ min: 0, max: 99 }), (one, seed) => {
        const { from, to, step } = one;
        const slack = 1e-9 * Math.max(1, Math.abs(from), Math.abs(to));
        for (const { x } of drawSamples({ x: one }, new Random(seed), 20)) {
          const value = Number(x);
          expect(value).toBeGreaterThanOrEqual(from - slack);
          expect(value).toBeLessThanOrEqual(to + slack);
          if (step === undefined) continue;
          const steps = (value - from) / step;
          expect(Math.abs(steps - Math.round(steps)) * step).toBeLessThanOrEqual(slack);
        }
      }),
      { numRuns: 60 },
    );
  });
});
