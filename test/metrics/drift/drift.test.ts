import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import {
  binCounts,
  clusteredKolmogorovSmirnov,
  gStatistic,
  holm,
  jensenShannonDistance,
  kolmogorovSmirnov,
  meanDiscrepancy,
  nearestDistances,
  permutationTest,
  populationStability,
  principalPlane,
  quantileEdges,
  shareTest,
  totalVariation,
} from "../../../src/metrics/drift/index.ts";

interface Numbers {
  first: number[];
  second: number[];
  statistic: number;
  p: number;
}
interface Fixture {
  smirnov: (Numbers & { location: number; sign: number })[];
  tied: Numbers[];
  limit: Numbers;
  shares: { first: number[]; second: number[]; g: number; jensenShannon: number; totalVariation: number }[];
  mmd: { first: number[][]; second: number[][]; statistic: number; effect: number; witness: number[] };
  holm: { p: number[]; adjusted: number[] };
}

const fixture = JSON.parse(readFileSync(new URL("../../fixtures/drift.json", import.meta.url), "utf8")) as Fixture;

const options = (seed = 1, most = 999) => ({ random: new Random(seed), most });

describe("kolmogorovSmirnov", () => {
  it("gives scipy's exact p-values", () => {
    for (const { first, second, statistic, p, location, sign } of fixture.smirnov) {
      const found = kolmogorovSmirnov(first, second);
      expect(found.statistic).toBeCloseTo(statistic, 12);
      expect(found.p / p).toBeCloseTo(1, 9);
      expect(found.location).toBe(location);
      expect(found.direction).toBe(sign);
    }
  });

  it("counts every deal of values of which some are equal", () => {
    for (const { first, second, statistic, p } of fixture.tied) {
      const found = kolmogorovSmirnov(first, second);
      expect(found.statistic).toBeCloseTo(statistic, 12);
      expect(found.p).toBeCloseTo(p, 12);
    }
  });

  it("goes over to Kolmogorov's limit where there are many values", () => {
    const { first, second, statistic, p } = fixture.limit;
    const found = kolmogorovSmirnov(first, second);
    expect(found.statistic).toBeCloseTo(statistic, 12);
    expect(found.p / p).toBeCloseTo(1, 9);
  });

  it("finds no difference in samples that are empty or all the same", () => {
    expect(kolmogorovSmirnov([], [1])).toMatchObject({ statistic: 0, p: 1 });
    expect(kolmogorovSmirnov([2, 2], [2, 2, 2])).toMatchObject({ statistic: 0, p: 1 });
  });

  it("is the permutation test of values that are units of their own", () => {
    const [first, second] = [
      [1, 4, 2, 8, 5, 7, 3],
      [6, 9, 11, 8, 12],
    ];
    const exact = kolmogorovSmirnov(first, second);
    const single = (values: number[]) => ({ values, units: values.map((_, i) => i), count: values.length });
    const drawn = clusteredKolmogorovSmirnov(single(first), single(second), options(1, 20_000));
    expect(drawn.statistic).toBeCloseTo(exact.statistic, 12);
    expect(drawn.p / exact.p).toBeGreaterThan(0.6);
    expect(drawn.p / exact.p).toBeLessThan(1.6);
  });

  it("does not take the values of one unit for independent ones", () => {
    // two units a side, each with forty values that are nearly the same
    const units = (levels: number[]) => ({
      values: levels.flatMap((level) => Array.from({ length: 40 }, (_, i) => level + i / 1e3)),
      units: levels.flatMap((_, unit) => Array.from({ length: 40 }, () => unit)),
      count: levels.length,
    });
    const [first, second] = [units([1, 2]), units([3, 4])];
    expect(kolmogorovSmirnov(first.values, second.values).p).toBeLessThan(1e-20);
    expect(clusteredKolmogorovSmirnov(first, second, options()).p).toBeGreaterThan(0.1);
  });
});

describe("shares", () => {
  it("gives scipy's G and Jensen-Shannon distance", () => {
    for (const { first, second, g, jensenShannon, totalVariation: variation } of fixture.shares) {
      expect(gStatistic(first, second)).toBeCloseTo(g, 9);
      expect(jensenShannonDistance(first, second)).toBeCloseTo(jensenShannon, 9);
      expect(totalVariation(first, second)).toBeCloseTo(variation, 12);
    }
  });

  it("has a stability index of (q - p) ln(q / p), half an observation in each count", () => {
    // shares 4.5/6, 1.5/6 and 1.5/6, 4.5/6
    expect(populationStability([4, 1], [1, 4])).toBeCloseTo(2 * 0.5 * Math.log(3), 12);
    expect(populationStability([3, 5, 2], [3, 5, 2])).toBe(0);
    expect(populationStability([3, 0], [0, 3])).toBeLessThan(Infinity);
  });

  it("finds shares that differ from unit to unit, and none where one unit decides", () => {
    const of = (a: number, b: number, count: number) => Array.from({ length: count }, () => [a, b]);
    expect(shareTest(of(9, 1, 20), of(5, 5, 20), options(1, 9999)).p).toBeLessThan(0.001);
    const odd = [...of(9, 1, 9), [0, 200]];
    expect(shareTest(of(9, 1, 10), odd, options(1, 9999)).p).toBeGreaterThan(0.3);
    expect(shareTest([], of(1, 1, 3), options())).toEqual({ statistic: 0, p: 1 });
  });
});

describe("meanDiscrepancy", () => {
  it("is Gretton's unbiased statistic, with its witness", () => {
    const { first, second, statistic, effect, witness } = fixture.mmd;
    const found = meanDiscrepancy(first, second, options());
    expect(found.statistic).toBeCloseTo(statistic, 5);
    expect(found.effect).toBeCloseTo(effect, 5);
    found.witness.forEach((value, i) => {
      expect(value).toBeCloseTo(witness[i] ?? NaN, 5);
    });
  });

  it("finds another mean and another spread, and deals units as wholes", () => {
    const random = new Random(3);
    const cloud = (count: number, mean: number, deviation = 1) =>
      Array.from({ length: count }, () => Array.from({ length: 5 }, () => random.normal(mean, deviation)));
    expect(meanDiscrepancy(cloud(40, 0), cloud(30, 1), options()).p).toBeLessThan(0.01);
    expect(meanDiscrepancy(cloud(60, 0), cloud(50, 0, 2.5), options()).p).toBeLessThan(0.01);
    expect(meanDiscrepancy(cloud(40, 0), cloud(30, 0), options()).p).toBeGreaterThan(0.05);
    const [a, b] = [cloud(40, 0), cloud(30, 1)];
    const of = [...a.map((_, i) => i % 2), ...b.map((_, i) => 2 + (i % 2))];
    expect(meanDiscrepancy(a, b, options(), { of, first: 2, second: 2 }).p).toBeGreaterThan(0.1);
  });

  it("says nothing of fewer than two, or of vectors that are all the same", () => {
    expect(meanDiscrepancy([[1]], [[2], [3]], options())).toMatchObject({ p: 1, effect: 0 });
    expect(meanDiscrepancy([[1], [1]], [[1], [1]], options())).toMatchObject({ statistic: 0, p: 1, effect: 0 });
  });
});

describe("permutationTest", () => {
  it("is right as often as it says where nothing differs", () => {
    const random = new Random(9);
    let alarms = 0;
    for (let trial = 0; trial < 400; trial++) {
      const values = Array.from({ length: 14 }, () => random.normal());
      const mean = (isSecond: Uint8Array) => values.reduce((sum, value, i) => sum + (isSecond[i] === 1 ? value : 0), 0);
      if (permutationTest(8, 6, mean, { random, most: 499 }).p <= 0.1) alarms++;
    }
    expect(alarms).toBeGreaterThan(20); // 40 are expected
    expect(alarms).toBeLessThan(62);
  });

  it("gives no p below 1 / (most + 1), and 1 where every deal is alike", () => {
    const marked = (isSecond: Uint8Array) => isSecond.reduce((sum, mark, i) => sum + mark * i, 0);
    expect(permutationTest(30, 30, marked, options(1, 99)).p).toBe(0.01);
    expect(permutationTest(3, 3, () => 1, options()).p).toBe(1);
  });
});

describe("holm", () => {
  it("gives statsmodels' adjusted p-values", () => {
    holm(fixture.holm.p).forEach((p, i) => {
      expect(p).toBeCloseTo(fixture.holm.adjusted[i] ?? NaN, 12);
    });
    expect(holm([])).toEqual([]);
  });

  it("keeps the order, and lowers none", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (p) => {
        const adjusted = holm(p);
        for (const [i, own] of p.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(own);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          for (const [j, other] of p.entries())
            if (own < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 1);
        }
      }),
    );
  });
});

describe("bins", () => {
  it("hold equal shares, and are fewer where values are equal", () => {
    const values = Array.from({ length: 100 }, (_, i) => i);
    expect(binCounts(values, quantileEdges(values, 10))).toEqual(new Array(10).fill(10));
    expect(quantileEdges([1, 1, 1, 1, 2], 4)).toEqual([1]);
    expect(binCounts([0, 1, 5], [1])).toEqual([1, 2]);
  });
});

describe("vectors", () => {
  const vectors = (...rows: number[][]) => rows.map((row) => Float32Array.from(row));

  it("have a nearest neighbour, which is another one where they are the same list", () => {
    const list = vectors([0, 0], [3, 4], [3, 5]);
    expect([...nearestDistances(list, list)]).toEqual([0, 0, 0]);
    expect([...nearestDistances(list, list, { itself: false })]).toEqual([5, 1, 1]);
  });

  it("are seen along the axis on which they differ most", () => {
    const places = principalPlane(vectors([0, 0, 1], [0, 10, 1], [1, 0, 1], [1, 10, 1]));
    const width = (axis: "x" | "y") =>
      Math.max(...places.map((p) => p[axis])) - Math.min(...places.map((p) => p[axis]));
    expect(width("x")).toBeCloseTo(10, 5);
    expect(width("y")).toBeCloseTo(1, 5);
  });
});
