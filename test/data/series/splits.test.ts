import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../src/base/random.ts";
import type { Series } from "../../../src/data/dataset.ts";
import { filledColumns } from "../../../src/data/series/filledColumns.ts";
import { findSeason } from "../../../src/data/series/findSeason.ts";
import { resumedSeries, seriesManifest, splitAsTrained } from "../../../src/data/series/seriesManifest.ts";
import { rowsOfSplit, splitSeries } from "../../../src/data/series/splitSeries.ts";
import { windowOrigins } from "../../../src/data/series/windowOrigins.ts";

function seriesOf(rows: number, more: Partial<Series> = {}): Series {
  return {
    file: "/data/y.csv",
    columns: ["y"],
    values: Array.from({ length: rows }, (_, t) => Float64Array.of(t)),
    ...more,
  };
}
const split = (rows: number, least = 1) =>
  splitSeries({ classes: [], images: [], series: seriesOf(rows) }, { val: 0.2, test: 0.1 }, least).series;

describe("a split by time", () => {
  it("has train, val and test one after the other, val and test of a horizon at least", () => {
    expect(split(100).ends).toEqual({ train: 70, val: 90 });
    expect(split(100, 15).ends).toEqual({ train: 65, val: 85 });
    expect(() => split(40, 15)).toThrow("40 rows are too few: val takes 15, test 15, and so train has 10");
  });

  it("leaves no window of a split a row of a later one to see or to learn, and loses none that fits", () => {
    const lengths = fc.record({
      reach: fc.integer({ min: 1, max: 40 }),
      horizon: fc.integer({ min: 1, max: 20 }),
      stride: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 300 }), lengths, (rows, { reach, horizon, stride }) => {
        const series = split(rows, 20);
        for (const name of ["train", "val", "test"] as const) {
          const [from, to] = rowsOfSplit(series, name);
          const origins = [...windowOrigins([from, to], { reach, horizon, stride })];
          const every = Array.from({ length: rows }, (_, t) => t).filter(
            (t) => t >= from && t >= reach && t + horizon <= to,
          );
          expect(origins).toEqual(every.filter((t) => (t - (every[0] ?? 0)) % stride === 0));
        }
      }),
    );
  });
});

it("missing values are filled by the value before, and at the beginning by the first", () => {
  const values = [NaN, 3, NaN, NaN, 5].map((value) => Float64Array.of(value));
  expect([...(filledColumns({ columns: ["y"], values })[0] ?? [])]).toEqual([3, 3, 3, 3, 5]);
});

describe("a season", () => {
  it("is found under trend and noise, its shortest form, and not where there is none", () => {
    const random = new Random("season");
    const wave = (rows: number, at: (t: number) => number) =>
      Float64Array.from({ length: rows }, (_, t) => at(t) + random.normal());
    expect(findSeason(wave(600, (t) => 0.001 * t * t + 3 * Math.sin((2 * Math.PI * t) / 24)))?.rows).toBe(24);
    expect(findSeason(wave(400, (t) => (t % 7 === 3 ? 6 : 0)))?.rows).toBe(7);
    expect(findSeason(wave(500, () => 0))).toBeUndefined();
    expect(findSeason(Float64Array.from({ length: 100 }, (_, t) => 2 * t + 1))).toBeUndefined();
    expect(findSeason(new Float64Array(50).fill(3))).toBeUndefined();
  });

  it("stands out, and is the top of a wide peak: bumps of noise on what changes slowly are none", () => {
    for (let seed = 0; seed < 6; seed++) {
      const random = new Random(seed);
      let weather = 0;
      const year = (t: number): number => 6 * Math.sin((2 * Math.PI * t) / 300) + (weather = 0.7 * weather + 3 * random.normal()); // prettier-ignore
      const { rows = 0 } = findSeason(Float64Array.from({ length: 1200 }, (_, t) => year(t))) ?? {};
      expect(Math.abs(rows - 300)).toBeLessThan(25);
    }
  });
});

describe("a series that a training has seen", () => {
  const times = (rows: number) => Array.from({ length: rows }, (_, t) => String(1900 + t));
  const trained = { ...split(100), times: times(100) };
  const before = seriesManifest(trained);

  it("is known again; what was added is test, what was corrected is split by its times, another one is all test", () => {
    expect(splitAsTrained(before, seriesOf(100, { times: times(100) }))).toMatchObject({
      series: { ends: { train: 70, val: 90 } },
    });
    const added = splitAsTrained(before, seriesOf(103, { times: times(103) }));
    expect(added.says).toBe("3 rows were added since the training, and are test");
    expect(added.series.ends).toEqual({ train: 70, val: 90 });
    const cut = seriesOf(95, { times: times(100).slice(5) });
    expect(splitAsTrained(before, cut).series.ends).toEqual({ train: 65, val: 85 });
    const { times: _, ...untimed } = trained;
    const plain = seriesManifest(untimed);
    const values = untimed.values.map((row) => row.map((value) => value + 1));
    expect(splitAsTrained(plain, { ...untimed, values }).series.ends).toEqual({ train: 70, val: 90 });
    const other = splitAsTrained(plain, { ...untimed, values, file: "/data/other.csv" });
    expect([other.series.ends, other.says]).toEqual([{ train: 0, val: 0 }, expect.stringMatching(/^another series/)]);
  });

  it("goes on in a training only as it was", () => {
    expect(resumedSeries(before, seriesOf(100, { times: times(100) })).ends).toEqual({ train: 70, val: 90 });
    const refused = (series: Series, message: string): void => {
      expect(() => resumedSeries(before, series)).toThrow(message);
    };
    refused(seriesOf(101, { times: times(101) }), "1 row that it did not have");
    refused(seriesOf(99, { times: times(99) }), "99 rows, where it had 100");
    refused(seriesOf(100), "other times");
    refused(seriesOf(100, { times: times(100), columns: ["x"] }), 'without the column "y"');
  });
});
