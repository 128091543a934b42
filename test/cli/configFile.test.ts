import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { addConfigOption, choice, numberIn, requireOptions } from "../../src/cli/options.ts";

const folder = mkdtempSync(join(tmpdir(), "anchorkit-config-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The options that a small command gets from a config file and a command line. */
function optionsFrom(config: string, ...args: string[]): Record<string, unknown> {
  const file = join(folder, "config.yaml");
  writeFileSync(file, config);
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  command
    .option("--epochs <n>", "passes", numberIn({ whole: true, min: 1 }))
    .option("--score-threshold <s>", "least score", numberIn({ min: 0, max: 1 }), 0.3)
    .addOption(choice("--flip <which>", "flips", ["none", "both"], "none"))
    .option("--force", "no questions")
    .option("--no-images", "no pictures")
    .option("--minutes <m>", "time", numberIn({ above: 0 }))
    .option("--data <dataset>", "the data")
    .action(() => undefined);
  addConfigOption(command);
  requireOptions(command, "data");
  command.parse(["--config", file, ...args], { from: "user" });
  return { ...command.opts(), config: undefined };
}

test("options come from YAML or JSON, required ones too, and the rest keep their defaults", () => {
  const expected = { data: "cats", epochs: 5, scoreThreshold: 0.3, flip: "both", images: true, config: undefined };
  expect(optionsFrom("data: cats\nepochs: 5\nflip: both\n")).toEqual(expected);
  expect(optionsFrom('{ "data": "cats", "epochs": 5, "flip": "both" }')).toEqual(expected);
});

test("the command line wins, before and after --config", () => {
  expect(optionsFrom("data: cats\nepochs: 5", "--epochs", "7")).toMatchObject({ data: "cats", epochs: 7 });
  expect(optionsFrom("data: cats\nepochs: 5\nflip: both", "--data", "dogs", "--flip", "none")).toMatchObject({
    data: "dogs",
    flip: "none",
  });
});

test("an option of the command line pushes out its rival of the file", () => {
  const options = optionsFrom("data: cats\nepochs: 5", "--minutes", "3");
  expect(options).toMatchObject({ minutes: 3 });
  expect(options.epochs).toBeUndefined();
});

test("an option that must be given may be given by neither", () => {
  expect(() => optionsFrom("epochs: 5")).toThrow("required option '--data <dataset>' not specified");
});

test("switches are true or false, and a name may be written in camel case", () => {
  expect(optionsFrom("data: a\nforce: true\nimages: false\nscoreThreshold: 0.5")).toMatchObject({
    force: true,
    images: false,
    scoreThreshold: 0.5,
  });
});

test.each([
  ["epoch: 5", 'unknown option "epoch"; did you mean "epochs"?'],
  ["colour: red", 'unknown option "colour"'],
  ["epochs: 0", 'epochs: "0" is invalid. It must be a whole number of at least 1.'],
  ["flip: sideways", 'flip: "sideways" is invalid. Allowed choices are none, both.'],
  ["epochs: [1]", "epochs: expected text or a number, got [1]"],
  ["force: 1", "force: expected true or false, got 1"],
  ["- epochs", "expected a mapping of option names to values"],
  ["epochs: {", "config.yaml"],
  ["json: true", 'unknown option "json"'],
])("%j is refused", (config, message) => {
  expect(() => optionsFrom(config)).toThrow(UsageError);
  expect(() => optionsFrom(config)).toThrow(message);
});

test("a file that is not there is named", () => {
  const command = addConfigOption(new Command().exitOverride().action(() => undefined));
  expect(() => command.parse(["--config", "nowhere.yaml"], { from: "user" })).toThrow(
    /--config nowhere.yaml: there is no such file or folder/,
  );
});
