import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeRateReport } from "../../../src/report/rateTest/rateReport.ts";
import { rateWords, shownRate } from "../../../src/report/rateTest/words.ts";

const rates = Array.from({ length: 40 }, (_, i) => 1e-6 * 1.5 ** i);
const losses = rates.map((_, i) => 3 - i / 20 + (i % 3) / 10);
const test = { rates, losses, smoothed: rates.map((_, i) => 3 - i / 20), exploded: true };

it("is one page with the curve, the suggestion in words, and nothing to load", async () => {
  const folder = await mkdtemp(join(tmpdir(), "anchorkit-rate-"));
  const file = join(folder, "deeper", "photos-lr.html");
  await writeRateReport(file, "photos <1>", { ...test, suggestion: { valley: 0.00234, steepest: 0.031 } });
  const page = await readFile(file, "utf8");
  await rm(folder, { recursive: true });
  expect(page).toContain("<h1>A learning rate of 0.0023 suits.</h1>");
  expect(page).toContain("photos &lt;1>");
  expect(page).toContain("where the loss exploded");
  expect(page).toContain("steepest fall");
  expect(page.match(/<svg/g)).toHaveLength(1);
  expect(page).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

it("says so where no rate can be suggested", () => {
  const [heading, rest] = rateWords({ ...test, exploded: false, suggestion: undefined });
  expect(heading).toContain("No learning rate can be suggested");
  expect(rest).toMatch(/^40 updates at rates from 1\.0e-6 to 7\.4\. A larger batch/);
});

it.each([
  [0.00234, "0.0023"],
  [1.96, "2"],
  [4.12e-7, "4.1e-7"],
])("writes %d as %s", (rate, text) => {
  expect(shownRate(rate)).toBe(text);
});
