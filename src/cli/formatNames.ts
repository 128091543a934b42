import type { Command } from "commander";
import { FORMAT_NAMES } from "../data/formats/format.ts";

/** The list of formats under `--help`. */
export function addFormatNames(command: Command): Command {
  const lines = Object.entries(FORMAT_NAMES).map(([id, name]) => `  ${id.padEnd(12)}${name}`);
  return command.addHelpText("after", `\nFormats:\n${lines.join("\n")}`);
}
