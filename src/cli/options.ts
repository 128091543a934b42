import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import { applyConfigFile } from "./configFile.ts";

/** What a number option accepts. */
interface NumberRange {
  whole?: boolean;
  /** Smallest value accepted. */
  min?: number;
  /** The value must exceed this one. */
  above?: number;
  /** Largest value accepted. */
  max?: number;
}

/** A parser for an option that takes a number; what is out of range is wrong usage. */
export function numberIn(range: NumberRange): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    const { whole = false, min = -Infinity, above = -Infinity, max = Infinity } = range;
    const fits = Number.isFinite(value) && value >= min && value > above && value <= max;
    if (!fits || (whole && !Number.isInteger(value))) throw new InvalidArgumentError(`It must be ${describe(range)}.`);
    return value;
  };
}

function describe({ whole, min, above, max }: NumberRange): string {
  const kind = whole ? "a whole number" : "a number";
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  const parts: string[] = [];
  if (min !== undefined) parts.push(`of at least ${min}`);
  if (above !== undefined) parts.push(`above ${above}`);
  if (max !== undefined) parts.push(`not above ${max}`);
  return [kind, parts.join(" and ")].join(" ").trim();
}

/** An option with a fixed set of values; `fallback` is its default, and without one it may be left out. */
export function choice(flags: string, description: string, values: readonly string[], fallback?: string): Option {
  const option = new Option(flags, description).choices(values);
  return fallback === undefined ? option : option.default(fallback);
}

/**
 * Options that must be given, on the command line or in a config file. (commander's own `requiredOption` complains of
 * a missing option before it can say that one is misspelt.)
 */
export function requireOptions(command: Command, ...names: string[]): void {
  command.hook("preAction", () => {
    for (const option of command.options) {
      if (!names.includes(option.name()) || command.getOptionValue(option.attributeName()) !== undefined) continue;
      command.error(`error: required option '${option.flags}' not specified`);
    }
  });
}

/**
 * Makes sure, before anything else is done, that what options name is there.
 *
 * @param paths by the names of the options; those that were not given are undefined
 */
export function requireThere(paths: Readonly<Record<string, string | undefined>>): void {
  for (const [name, path] of Object.entries(paths)) {
    if (path === undefined || existsSync(path)) continue;
    throw new UsageError(`--${name} ${path}: there is no such file or folder`);
  }
}

/** Options of commands that run a trained detector. */
export function addDetectorOptions(command: Command): Command {
  return command
    .addOption(choice("--precision <type>", "kind of numbers to compute with", ["auto", "float32", "bfloat16"], "auto"))
    .addOption(choice("--engine <name>", "what computes", ["native", "auto", "cpu"], "native"));
}

/** `--overwrite`, for commands that write; see OutputFolder. */
export function addOverwriteOption(command: Command): Command {
  return command.option(
    "--overwrite",
    "replace files that this command has not written, too; never those that it reads",
  );
}

/** What every command has. With `--json`, libraries that print with console.log must not disturb the document. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document for programs; everything else goes to stderr")
    .option("--debug", "print the stack trace of an error")
    .on("option:json", () => {
      console.log = console.error;
    });
}

/** `--config <file>`: options from a JSON or YAML file; what the command line gives, wins. */
export function addConfigOption(command: Command): Command {
  return command
    .option("--config <file>", "take options from a JSON or YAML file; the command line wins")
    .hook("preAction", () => {
      const { config } = command.opts<{ config?: string }>();
      if (config !== undefined) applyConfigFile(command, config);
    });
}

/** Prints the one document that `--json` promises. */
export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** The text under `--help` that shows how a command is used. */
export function addExamples(command: Command, ...examples: string[]): Command {
  const title = examples.length > 1 ? "Examples" : "Example";
  return command.addHelpText("after", `\n${title}:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `"${path}"`;
}

/** "classSpecificBoxes" as "--class-specific-boxes". */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A parser for names that are separated by commas. */
export function listed(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Names are separated by commas, as in cat,dog.");
  return names;
}
