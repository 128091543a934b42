import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../src/base/errors.ts";
import { readSeries, type ReadSeriesOptions } from "../../../src/data/series/readSeries.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-series-"));
const file = join(folder, "y.csv");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(text: string | Uint8Array, options: ReadSeriesOptions = {}) {
  writeFileSync(file, text);
  return readSeries(file, options);
}

describe("a series in a CSV file", () => {
  it("is read by its columns, in the order asked for, with its times", async () => {
    const text = "\ufeffDay;B;words;A\r\n2020-01-01;1;rain;-2.5e3\r\n2020-01-02;NA;sun;.5\r\n2020-01-04;3;;\r\n";
    const { dataset, warnings } = await read(text, { columns: ["A", "b"] });
    expect(dataset.series).toMatchObject({
      columns: ["A", "B"],
      time: "Day",
      times: ["2020-01-01", "2020-01-02", "2020-01-04"],
    });
    expect(dataset.series.values.map((row) => [...row])).toEqual([[-2500, 1], [0.5, NaN], [NaN, 3]]); // prettier-ignore
    expect(dataset.images).toEqual([]);
    expect(warnings).toHaveLength(2); // one of each column; two steps of one and two days have no usual one
    expect(warnings[0]).toMatch(/^missing values in "B" \(.*\): 1 \(.*y\.csv: line 3\)$/);
  });

  it("has the one column beside the times unless told, and no times where none are wanted", async () => {
    expect((await read("time,y\n1,5\n2,6\n")).dataset.series).toMatchObject({ columns: ["y"], time: "time" });
    expect((await read("y\n5\n6\n")).dataset.series).toMatchObject({ columns: ["y"] });
    const { dataset } = await read("time,y\n5,5\n1,6\n", { columns: ["time"], time: "none" });
    expect(dataset.series).not.toHaveProperty("times");
    expect(dataset.series.columns).toEqual(["time"]);
    expect((await read(",y\n2020-01-01,1\n2020-01-02,2\n")).dataset.series.time).toBe("column 1");
  });

  it.each<[string, string, ReadSeriesOptions, RegExp]>([
    ["an unknown column", "t,temp,wind\n1,2,3\n", { columns: ["tmp"] }, /there is no column "tmp" \(did you mean "temp"\?\); there are t, temp, wind$/],
    ["no choice of several", "t,temp,wind\n1,2,3\n", {}, /which column is meant\? Columns must be named; there are t, temp, wind$/],
    ["text", "y\n1\nten\n", {}, /line 3: y: must be a number, got "ten"$/],
    ["a comma for the point", "a;y\n1;2,5\n", { columns: ["y"] }, /line 2: y: must be a number, got "2,5"; write numbers with a point/],
    ["thousands", 'a,y\n1,"1,250"\n', { columns: ["y"] }, /line 2: y: must be a number, got "1,250"; write numbers with a point/],
    ["infinity", "y\n1e400\n", {}, /line 2: y: must be a number, got "1e400"$/],
    ["times out of order", "time,y\n2,1\n1,1\n", {}, /line 3: time: "1" does not come after "2" in the row before/],
    ["a row cut short", "a,y\n1,2\n3\n", { columns: ["y"] }, /line 3: has 1 cell for 2 columns$/],
    ["a row too long", "a,y\n1,2,5\n", { columns: ["y"] }, /line 2: has 3 cells for 2 columns$/],
    ["no header", "1,2\n3,4\n", { columns: ["1"] }, /line 1: holds numbers, where the names of the columns must stand$/],
    ["no rows", "a,y\n", { columns: ["y"] }, /y\.csv: holds no rows below the names of its columns$/],
    ["nothing", "", {}, /y\.csv: the file is empty$/],
    ["a name twice", "y,y\n1,2\n", { columns: ["y"] }, /line 1: two columns are called "y"$/],
    ["an empty column", "a,y\n1,\n2,NA\n", { columns: ["y"] }, /the column "y" holds no number at all$/],
    ["the times as values", "time,y\n1,2\n", { columns: ["time"], time: "time" }, /"time" is the column of times, and cannot be/],
  ])("with %s is refused in one line", async (_, text, options, message) => {
    await expect(read(text, options)).rejects.toThrow(AnchorkitError);
    await expect(read(text, options)).rejects.toThrow(message);
  }); // prettier-ignore

  it("that is a folder, or not there, is refused", async () => {
    await expect(readSeries(folder)).rejects.toThrow(/is a folder; a series is a CSV file of numbers$/);
    await expect(readSeries(join(folder, "none.csv"))).rejects.toThrow(/none\.csv/);
  });

  it("of any bytes is read, or refused in one line", async () => {
    const cell = fc.oneof(
      fc.double().map(String),
      fc.constantFrom("", "NA", "1,5", '"', '"a\nb"', "2020-01-01", "x", "\u0000", "-", "1e9999", "0x10", "Infinity"),
    );
    const rows = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 });
    const text = fc.tuple(rows, fc.constantFrom(",", ";", "\t"), fc.constantFrom("\n", "\r\n", "\r"));
    const bytes = fc.oneof(
      text.map(([table, separator, end]) => Buffer.from(table.map((row) => row.join(separator)).join(end))),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom(undefined, ["y"], ["column 1"]), async (content, columns) => {
        try {
          const { series } = (await read(content, { columns })).dataset;
          expect(series.values.every((row) => row.length === series.columns.length)).toBe(true);
          expect(series.values.flatMap((row) => [...row]).every((value) => Math.abs(value) !== Infinity)).toBe(true);
        } catch (error) {
          if (!(error instanceof AnchorkitError)) throw error;
          expect(error.message.split("\n")).toHaveLength(1);
        }
      }),
      { numRuns: 150 },
    );
  });
});
