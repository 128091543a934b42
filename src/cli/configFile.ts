import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, type Option } from "commander";
import { UsageError } from "../base/errors.ts";
import { nearest } from "../geometry/nearest.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import { yamlOf } from "../base/yaml.ts";

/** Options that are about one call of the command, not about what it does. */
const NOT_IN_FILES = ["config", "json", "debug", "resume", "overwrite", "help"];
/** Options that a training which goes on may have otherwise than it was begun with. */
const FREE_TO_CHANGE = [
  "out",
  "data",
  "images",
  "coordinates",
  "orphans",
  "epochs",
  "minutes",
  "workers",
  "cache",
  "cacheLimit",
  "engine",
  "checkpointEvery",
  "keepCheckpoints",
  "tensorboard",
];
/** Options that exclude each other: where the command line gives one, the other one of a file does not count. */
const RIVALS: Record<string, string> = { epochs: "minutes", minutes: "epochs" };

/**
 * Gives the command's options the values of a JSON or YAML file (JSON is YAML), except for those that the command line
 * has set. The names are the options' own, without the dashes; values are checked as on the command line.
 *
 * @throws UsageError for a file that cannot be read, an unknown name or a value that the option refuses
 */
export function applyConfigFile(command: Command, file: string): void {
  applyConfig(command, readMapping("--config", file), `--config ${file}`);
}

/** Gives the command's options these values, as `applyConfigFile` does those of a file; `where` stands before messages. */
export function applyConfig(command: Command, values: Readonly<Record<string, unknown>>, where: string): void {
  for (const [name, value] of Object.entries(values)) {
    setOption(command, findOption(command, where, name), name, value, where);
  }
}

/**
 * Gives the command the options of a run that goes on, which may not be changed but for a few.
 *
 * @param values as config.json has them, beside other things
 * @throws UsageError for an option that was given and has another value in the run
 */
export function applyRunOptions(command: Command, values: Readonly<Record<string, unknown>>, file: string): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (NOT_IN_FILES.includes(name)) continue;
    const given = wasGiven(command, name);
    const value = values[name];
    if (FREE_TO_CHANGE.includes(name)) {
      if (given || value === undefined || LENGTHS.includes(name)) continue;
    } else if (given && JSON.stringify(command.getOptionValue(name)) !== JSON.stringify(value)) {
      const own = value === undefined ? "the run has the default" : `the run has ${JSON.stringify(value)}`;
      throw new UsageError(
        `--${option.name()} cannot change when a training continues; ${own}. ` +
          "Leave it out, or start another run from the weights of this one (--weights)",
      );
    }
    if (value !== undefined) setOption(command, option, name, value, file);
  }
}

/** Whether an option was given, on the command line or in a config file. */
export function wasGiven(command: Command, name: string): boolean {
  return ["cli", "config"].includes(command.getOptionValueSource(name) ?? "");
}

/** A run's length is in its budget; what is given beside --resume is added to that. */
const LENGTHS = ["epochs", "minutes"];

function setOption(command: Command, option: Option, name: string, value: unknown, where: string): void {
  const attribute = option.attributeName();
  const given = (one: string): boolean => command.getOptionValueSource(one) === "cli";
  if (given(attribute) || given(RIVALS[attribute] ?? attribute)) return;
  const converted = convert(option, value, where);
  const denied = option.negate && name === option.name(); // "no-images: true" says images: false
  command.setOptionValueWithSource(attribute, denied ? !converted : converted, "config");
}

/**
 * The content of a JSON or YAML file that an option names.
 *
 * @throws UsageError for a file that cannot be read or is no mapping
 */
export function readMapping(flag: string, file: string): Record<string, unknown> {
  const where = `${flag} ${file}`;
  let content: unknown;
  try {
    content = yamlOf(readFileSync(file, "utf8"), file);
  } catch (error) {
    throw new UsageError(`${flag} ${systemErrorAt(error, file).message}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new UsageError(`${where}: expected a mapping of option names to values, such as "epochs: 20"`);
  }
  return content as Record<string, unknown>;
}

/**
 * The option that a file calls so.
 *
 * @throws UsageError that names the one that was probably meant
 */
export function findOption(command: Command, where: string, name: string): Option {
  const options = command.options.filter((option) => !NOT_IN_FILES.includes(option.name()));
  const option = options.find((one) => one.name() === name || one.attributeName() === name);
  if (option !== undefined) return option;
  const similar = nearest(
    name,
    options.map((one) => one.name()),
  );
  const hint = similar === undefined ? "" : `; did you mean "${similar}"?`;
  throw new UsageError(`${where}: unknown option "${name}"${hint}`);
}

function convert(option: Option, value: unknown, where: string): unknown {
  const wrong = (reason: string): UsageError => new UsageError(`${where}: ${option.name()}: ${reason}`);
  if (option.isBoolean() || option.negate) {
    if (typeof value !== "boolean") throw wrong(`expected true or false, got ${JSON.stringify(value)}`);
    return value;
  }
  if (typeof value !== "string" && typeof value !== "number") {
    throw wrong(`expected text or a number, got ${JSON.stringify(value)}`);
  }
  try {
    return option.parseArg ? option.parseArg<unknown>(String(value), undefined) : String(value);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw wrong(`"${value}" is invalid. ${error.message}`);
    throw error;
  }
}
