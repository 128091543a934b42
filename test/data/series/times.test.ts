import { describe, expect, it } from "vitest";
import { describeStep, momentOf, nextTimes, timeAxis } from "../../../src/data/series/times.ts";

const where = (row: number): string => `line ${row + 2}`;
const after = (times: string[], count = 3): string[] => nextTimes(times, timeAxis(times, where), count);

describe("times", () => {
  it.each([
    ["1970-01-02", 86_400_000],
    ["1970/1/2", 86_400_000],
    ["1970-02", 31 * 86_400_000],
    ["1970-01-01T01:30", 5_400_000],
    ["1970-01-01 00:00:01.25", 1250],
    ["1970-01-01T02:00:00+02:00", 0],
    ["1970-01-01T00:00Z", 0],
    ["-3.5", -3.5],
    ["1958", 1958],
  ])("%s is %d", (text, value) => {
    expect(momentOf(text)?.value).toBe(value);
  });

  it.each(["2021-02-29", "2021-13", "2021-01/02", "2021-01-01T25:00", "01/02/2021", "Jan 2021", "", "1e999"])(
    "%j is none",
    (text) => {
      expect(momentOf(text)).toBeUndefined();
    },
  );

  it("that do not ascend, or are of two kinds, are refused with the line", () => {
    expect(() => timeAxis(["2020-01-02", "2020-01-02"], where)).toThrow(
      'line 3: "2020-01-02" does not come after "2020-01-02" in the row before',
    );
    expect(() => timeAxis(["1", "2", "2020-01-02"], where)).toThrow(
      'line 4: "2020-01-02" is not a number, as the rows before',
    );
    expect(() => timeAxis(["2020-01-02", " "], where)).toThrow("line 3: is empty, where a number or a date");
  });

  it.each([
    [["2020-01-31", "2020-02-29", "2020-03-31"], "every month", ["2020-04-30", "2020-05-31", "2020-06-30"]],
    [["2020-01-15", "2020-04-15", "2020-07-15"], "every 3 months", ["2020-10-15", "2021-01-15", "2021-04-15"]],
    [["1999-07", "1999-08"], "every month", ["1999-09", "1999-10", "1999-11"]],
    [["2019-03-01", "2020-03-01"], "every year", ["2021-03-01", "2022-03-01", "2023-03-01"]],
    [["2020/02/27", "2020/02/28"], "every day", ["2020/02/29", "2020/03/01", "2020/03/02"]],
    [["2020-01-01T22:00+01:00", "2020-01-01T23:00+01:00"], "every hour", ["2020-01-02T00:00+01:00", "2020-01-02T01:00+01:00", "2020-01-02T02:00+01:00"]],
    [["2020-01-01 00:00:00", "2020-01-01 00:00:30"], "every 30 seconds", ["2020-01-01 00:01:00", "2020-01-01 00:01:30", "2020-01-01 00:02:00"]],
    [["0.1", "0.2", "0.3"], "every 0.1", ["0.4", "0.5", "0.6"]],
    [["1700", "1701", "1702"], "every 1", ["1703", "1704", "1705"]],
  ])("%j go on as they are written: %s", (times, step, next) => {
    expect(describeStep(timeAxis(times, where))).toBe(step);
    expect(after(times)).toEqual(next);
  }); // prettier-ignore

  it("tell gaps: where more than one and a half of the usual step has passed", () => {
    expect(timeAxis(["1", "2", "3", "5", "6", "7.4"], where).gaps).toEqual([3]);
    expect(timeAxis(["2020-01-01", "2020-02-01", "2020-03-01", "2020-06-01"], where).gaps).toEqual([3]);
  });
});
