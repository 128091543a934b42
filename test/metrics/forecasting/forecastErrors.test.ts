import { describe, expect, it } from "vitest";
import { BASELINES } from "../../../src/metrics/forecasting/baselines.ts";
import {
  coverage,
  errorsByStep,
  forecastErrors,
  naiveScale,
  residualQuantiles,
  skill,
} from "../../../src/metrics/forecasting/forecastErrors.ts";

const of = (...values: number[]): Float64Array => Float64Array.from(values);

describe("errors of forecasts", () => {
  it("are those worked by hand", () => {
    // errors 1, -2, 0, 3: absolute 6 in all, squared 14; sMAPE: 200/4 * (1/5 + 2/10 + 0 + 3/9)
    const errors = forecastErrors(of(2, 6, 7, 3), of(3, 4, 7, 6), 3);
    expect(errors).toMatchObject({ count: 4, mae: 1.5, mase: 0.5, bias: 0.5 });
    expect(errors.rmse).toBeCloseTo(Math.sqrt(3.5), 12);
    expect(errors.smape).toBeCloseTo(50 * (1 / 5 + 2 / 10 + 3 / 9), 12);
  });

  it("leave out what is not known, and are not a number where nothing is", () => {
    expect(forecastErrors(of(NaN, 4, NaN), of(100, 5, 100), 1)).toMatchObject({ count: 1, mae: 1, bias: 1 });
    expect(forecastErrors(of(NaN), of(1), 1).mae).toBeNaN();
    expect(forecastErrors(of(0, 0), of(0, 0), 1).smape).toBe(0);
  });

  it("are told step by step ahead", () => {
    // two windows of three steps
    const steps = errorsByStep(of(1, 2, 3, 4, 5, NaN), of(2, 2, 6, 6, 5, 9), 3, 2);
    expect(steps.map(({ mae, count }) => [mae, count])).toEqual([[1.5, 2], [0, 2], [3, 1]]); // prettier-ignore
    expect(steps[0]?.mase).toBe(0.75);
  });
});

describe("what MASE divides by", () => {
  it("is the mean difference of values a season apart, of those that are known", () => {
    expect(naiveScale(of(1, 3, 2, 6))).toBeCloseTo((2 + 1 + 4) / 3, 12);
    expect(naiveScale(of(1, 3, 2, 6), 2)).toBe(2);
    expect(naiveScale(of(1, NaN, 2, 6))).toBe(4);
    expect(naiveScale(of(1), 1)).toBeNaN();
  });
});

it("skill is 0 for what is as good as the baseline, and under it for what is worse", () => {
  expect([skill(0, 2), skill(2, 2), skill(3, 2)]).toEqual([1, 0, -0.5]);
});

describe("baselines", () => {
  const values = of(1, 2, 3, 11, 12, 14);
  const at = { origin: 6, horizon: 4, season: 3 };
  it("are the last value, the line from the first to it, the value a season ago, and that with the change since", () => {
    expect([...BASELINES.last(values, at)]).toEqual([14, 14, 14, 14]);
    expect([...BASELINES.drift(values, at)].map((value) => Number(value.toFixed(9)))).toEqual([16.6, 19.2, 21.8, 24.4]);
    expect([...BASELINES.seasonal(values, at)]).toEqual([11, 12, 14, 11]);
    // 14 - 3 = 11 more than a season ago; in the second season twice that
    expect([...BASELINES["seasonal-change"](values, at)]).toEqual([22, 23, 25, 33]);
  });

  it("see nothing from the origin on", () => {
    const later = of(1, 2, 3, 11, 12, 14);
    later.fill(NaN, 5);
    for (const baseline of Object.values(BASELINES)) {
      const [now, then] = [values, later].map((all) => [...baseline(all, { ...at, origin: 5 })]);
      expect(now).toEqual(then);
    }
  });
});

describe("bounds", () => {
  it("are quantiles of what came less what was forecast, and cover so much", () => {
    const actual = of(...Array.from({ length: 22 }, (_, i) => (i % 2 === 0 ? i / 2 : 5)));
    const forecast = new Float64Array(22).fill(5);
    const [first, second] = residualQuantiles(actual, forecast, 2, [0.1, 0.9]);
    expect(first).toEqual([-4, 4]);
    expect(second).toEqual([0, 0]);
    expect(coverage(of(1, 2, NaN, 9), of(0, 0, 0, 0), of(3, 1, 3, 9))).toBeCloseTo(2 / 3, 12);
  });
});
