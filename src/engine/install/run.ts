import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** How a command ended. */
interface RunResult {
  /** Exit code; -1 when it could not be started or was ended by a signal. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end and keeps what it printed; never throws. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    const result: RunResult = { code: -1, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (result.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
    child.on("error", (error) => {
      resolve({ ...result, stderr: error.message });
    });
    child.on("close", (code, signal) => {
      if (signal !== null) result.stderr += `\nended by ${signal}`;
      resolve({ ...result, code: code ?? -1 });
    });
  });
}

/** True if PATH (or the path itself, where the command is one) leads to a program of that name. */
export function isOnPath(command: string): boolean {
  if (command.includes("/")) return isExecutable(command);
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && isExecutable(join(folder, command)));
}

/** The line of a command's output that says most about why it failed. */
export function reasonOf(result: RunResult): string {
  const lines = `${result.stderr}\n${result.stdout}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? `exit code ${result.code}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
