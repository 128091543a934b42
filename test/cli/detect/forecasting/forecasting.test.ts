import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callCommand } from "../../command.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-forecasting-"));
const [data, run, found] = ["sold.csv", "run", "next"].map((name) => join(folder, name)) as [string, string, string];
const rows = (count: number): string =>
  Array.from({ length: count }, (_, t) => {
    const day = new Date(Date.UTC(2026, 0, 1 + t)).toISOString().slice(0, 10);
    return `${day},${(20 + 5 * Math.sin((2 * Math.PI * t) / 7) + ((t * 37) % 11) / 10).toFixed(3)},dry`;
  }).join("\n");
const write = (count: number): void => {
  writeFileSync(data, `date,sold,weather\n${rows(count)}\n`);
};

beforeAll(async () => {
  write(120);
  const given = ["--data", data, "--model", "forecast", "--column", "sold", "--horizon", "4", "--window", "8"];
  const trained = await callCommand("detect", ["train", ...given, "--units", "4", "--epochs", "2", "--no-tensorboard", "--out", run]); // prettier-ignore
  expect(trained.stderr).toContain("a season of 7 rows was found in train");
  expect(trained.stderr).toContain("train 96 rows, val 12 rows, test 12 rows, in the order of time");
  expect(trained.code).toBe(0);
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("a forecaster's commands", () => {
  it("training leaves the splits, and a report with forecasts", () => {
    const { series } = JSON.parse(readFileSync(join(run, "splits.json"), "utf8")) as { series: object };
    expect(series).toMatchObject({ name: "sold.csv", rows: 120, ends: { train: 96, val: 108 } });
    const report = readFileSync(join(run, "report.html"), "utf8");
    expect(report).toContain("sold: what came, and what was forecast");
    expect(report).toContain("value a season ago");
  });

  it("eval measures the model beside baselines, and knows rows that were added since", async () => {
    write(130);
    const { code, stdout, stderr } = await callCommand("detect", ["eval", "--data", data, "--weights", run, "--json"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("10 rows were added since the training, and are test")]);
    const { forecasts, columns } = JSON.parse(stdout) as {
      forecasts: number;
      columns: { baselines: { name: string }[] }[];
    };
    expect(forecasts).toBe(130 - 108 - 4 + 1);
    expect(columns[0]?.baselines.map(({ name }) => name)).toEqual(["last", "drift", "seasonal", "seasonal-change"]);
    const short = await callCommand("detect", ["eval", "--data", data, "--weights", run, "--fail-under", "skill=0.99"]);
    expect([short.code, short.stderr]).toEqual([
      1,
      expect.stringMatching(/error: skill is -?\d\.\d{4}, under 0\.99 by/),
    ]);
    write(120);
  });

  it("predict goes on after the last row: CSV, JSON and a page", async () => {
    const { code, stdout } = await callCommand("detect", ["predict", data, "--weights", run, "--out", found]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("forecast.csv")]);
    const lines = readFileSync(join(found, "forecast.csv"), "utf8").trim().split("\n");
    expect(lines[0]).toBe("date,sold,sold low,sold high");
    expect(lines.slice(1).map((line) => line.split(",")[0])).toEqual([
      "2026-05-01",
      "2026-05-02",
      "2026-05-03",
      "2026-05-04",
    ]);
    expect(readFileSync(join(found, "forecast.html"), "utf8")).toContain("4 rows after the end of sold.csv");
  });

  it.each([
    [["eval", "--data", data, "--weights", run, "--map"], /--map is for detectors/],
    [["eval", "--data", data, "--weights", run, "--images", folder], /--images is for .*these are the weights of a model that forecasts/],
    [["predict", data, "--weights", run, "--out", found, "--score", "0.5"], /--score is for detectors/],
    [["predict", data, data, "--weights", run, "--out", found], /one series; 2 files were given/],
    [["train", "--data", data, "--model", "forecast", "--column", "sold", "--flip", "both"], /--flip is about images, and --model forecast learns from a series/],
    [["train", "--data", data, "--model", "forecast", "--column", "solt"], /there is no column "solt" \(did you mean "sold"\?\); there are date, sold, weather/],
    [["train", "--data", data, "--model", "forecast", "--column", "weather"], /line 2: weather: must be a number, got "dry"/],
    [["train", "--data", data, "--model", "unet", "--val-share", "0.2"], /--val-share is about a series of numbers/],
    [["train", "--data", folder, "--model", "forecast", "--column", "sold"], /is a folder; a series is a CSV file/],
  ])("%j is refused in one line", async (args, message) => {
    const { code, stderr } = await callCommand("detect", [...args, ...(args[0] === "train" ? ["--out", join(folder, "none")] : [])]);
    expect(code).not.toBe(0);
    expect(stderr.trim().split("\n").at(-1)).toMatch(message);
  }); // prettier-ignore

  it("a table of numbers is no table of labels", async () => {
    const table = join(folder, "numbers.csv");
    writeFileSync(table, "time,y\n1,2\n2,3\n");
    const { stderr } = await callCommand("detect", ["train", "--data", table, "--out", join(folder, "none")]);
    expect(stderr).toMatch(
      /numbers\.csv: is a table of numbers, and --model faster-rcnn learns from images; --model forecast learns/,
    );
  });
});
