import { Command, CommanderError } from "commander";
import { UsageError, messageOf, WouldOverwrite } from "../base/errors.ts";
import { systemErrorAt } from "../base/systemErrors.ts";
import { flagOf } from "./options.ts";
import { packageVersion } from "../base/packageVersion.ts";

/** The exit codes of every command. */
const EXIT = { done: 0, failed: 1, wrongUsage: 2 } as const;

/** A command line whose errors are one line on stderr; subcommands made with `.command()` inherit that. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(packageVersion())
    .exitOverride()
    .configureHelp({ sortOptions: false, showGlobalOptions: false })
    .configureOutput({
      // commander puts its suggestion on a line of its own
      outputError: (text, write) => {
        write(`${text.trim().replaceAll(/\n+/g, " ")}\n`);
      },
    });
}

/**
 * Runs a program and ends the process with its exit code.
 *
 * @param load makes the program; that packages are missing is explained as any other failure is
 */
export async function run(load: () => Promise<Command>, args: string[] = process.argv.slice(2)): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endWhenNobodyReads);
  const program = await load().catch((error: unknown) => report(error, args.includes("--debug")));
  const code = typeof program === "number" ? program : await execute(program, args);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  process.exit(code); // a TensorFlow session or a worker must not keep a finished command alive
}

/**
 * Runs a program and answers the exit code: 0, 1 for a failure, 2 for wrong usage, or what the command has set. A failure
 * is one line on stderr, with the stack trace under `--debug`. Commands throw; this is the only place that prints errors.
 */
export async function execute(program: Command, args: string[]): Promise<number> {
  try {
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    return report(error, args.includes("--debug"));
  }
}

/** Prints what was thrown and answers the exit code for it. */
function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUsage; // already printed
  const usage = error instanceof UsageError;
  const text = debug && error instanceof Error ? (error.stack ?? error.message) : oneLine(plainWords(error));
  process.stderr.write(`error: ${text}\n`);
  return usage ? EXIT.wrongUsage : EXIT.failed;
}

function plainWords(error: unknown): string {
  const message = messageOf(systemErrorAt(error));
  const missing = /^Cannot find package '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    // Installed without its optional packages, anchorkit is geometry and metrics alone.
    return `the package ${missing} is not installed; install anchorkit without --omit=optional, commands need all of it`;
  }
  if (error instanceof UsageError) return withFlags(message, error.options);
  return error instanceof WouldOverwrite ? `${message}, or insist with --overwrite` : message;
}

/** Options as they are typed: where a message begins with one ("size: must be …"), and names of several words anywhere. */
function withFlags(message: string, options: readonly string[]): string {
  return options.reduce(
    (text, name) =>
      text.replaceAll(new RegExp(/[A-Z]/.test(name) ? `\\b${name}\\b` : `(?<!\\S)${name}(?=:)`, "g"), flagOf(name)),
    message,
  );
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}

/** `detect … | head` closes the pipe early: that is no failure of ours. */
function endWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => {
      resolve();
    });
  });
}
