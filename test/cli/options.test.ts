import { Command } from "commander";
import { expect, test } from "vitest";
import { numberIn } from "../../src/cli/options.ts";

const refusals: [string, Parameters<typeof numberIn>[0], string][] = [
  ["0", { whole: true, min: 1, max: 500 }, "It must be a whole number from 1 to 500."],
  ["2.5", { whole: true, min: 1, max: 500 }, "It must be a whole number from 1 to 500."],
  ["501", { whole: true, min: 1, max: 500 }, "It must be a whole number from 1 to 500."],
  ["-1", { above: 0 }, "It must be a number above 0."],
  ["0", { above: 0 }, "It must be a number above 0."],
  ["abc", { min: 32, whole: true }, "It must be a whole number of at least 32."],
  ["", {}, "It must be a number."],
  ["Infinity", {}, "It must be a number."],
  ["2", { above: 0, max: 1 }, "It must be a number above 0 and not above 1."],
];

test.each(refusals)("%j is refused for %j", (text, range, message) => {
  expect(() => numberIn(range)(text)).toThrow(message);
});

test("numbers at the edges of their range are taken", () => {
  expect(numberIn({ whole: true, min: 1, max: 500 })("1")).toBe(1);
  expect(numberIn({ whole: true, min: 1, max: 500 })("500")).toBe(500);
  expect(numberIn({ above: 0, max: 1 })("1e-3")).toBe(0.001);
});

test("the message names the option", () => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  command.option("--epochs <n>", "passes", numberIn({ whole: true, min: 1 }));
  expect(() => command.parse(["--epochs", "0"], { from: "user" })).toThrow(
    "option '--epochs <n>' argument '0' is invalid. It must be a whole number of at least 1.",
  );
});
