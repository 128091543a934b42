import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, type Option } from "commander";
import { parse } from "yaml";
import { UsageError, messageOf } from "../base/errors.ts";
import { nearest } from "./nearest.ts";

/**
 * Gives the command's options the values of a JSON or YAML file (JSON is YAML), except for those that the command line
 * has set. The names are the options' own, without the dashes; values are checked as on the command line.
 *
 * @throws UsageError for a file that cannot be read, an unknown name or a value that the option refuses
 */
export function applyConfigFile(command: Command, file: string): void {
  for (const [name, value] of Object.entries(readMapping(file))) {
    const option = findOption(command, file, name);
    const attribute = option.attributeName();
    if (command.getOptionValueSource(attribute) === "cli") continue;
    const converted = optionValue(option, file, value);
    const denied = option.negate && name === option.name(); // "no-images: true" says images: false
    command.setOptionValueWithSource(attribute, denied ? !converted : converted, "config");
  }
}

function readMapping(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--config ${file}: ${messageOf(error)}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new UsageError(`--config ${file}: expected a mapping of option names to values, such as "epochs: 20"`);
  }
  return content as Record<string, unknown>;
}

function findOption(command: Command, file: string, name: string): Option {
  const options = command.options.filter((option) => !["config", "json", "debug"].includes(option.name()));
  const option = options.find((one) => one.name() === name || one.attributeName() === name);
  if (option !== undefined) return option;
  const similar = nearest(
    name,
    options.map((one) => one.name()),
  );
  const hint = similar === undefined ? "" : `; did you mean "${similar}"?`;
  throw new UsageError(`--config ${file}: unknown option "${name}"${hint}`);
}

function optionValue(option: Option, file: string, value: unknown): unknown {
  const wrong = (reason: string): UsageError => new UsageError(`--config ${file}: ${option.name()}: ${reason}`);
  if (option.isBoolean() || option.negate) {
    if (typeof value !== "boolean") throw wrong(`expected true or false, got ${JSON.stringify(value)}`);
    return value;
  }
  if (typeof value !== "string" && typeof value !== "number") {
    throw wrong(`expected a text or a number, got ${JSON.stringify(value)}`);
  }
  try {
    return option.parseArg ? option.parseArg<unknown>(String(value), undefined) : String(value);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw wrong(`"${value}" is invalid. ${error.message}`);
    throw error;
  }
}
