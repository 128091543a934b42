import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { detectProgram, labelProgram } from "../../src/cli/commands.ts";
import { execute } from "../../src/cli/run.ts";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command in a process of its own; `when` it has said that on stderr, or that has come, it gets a Ctrl-C. */
export function runCommand(name: "detect" | "label", args: string[], when?: RegExp | Promise<unknown>): Promise<Ended> {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const script = join("src", "cli", `${name}.ts`);
  const threads = { TF_NUM_INTRAOP_THREADS: undefined, TF_NUM_INTEROP_THREADS: undefined }; // as many as for its users
  const env = { ...process.env, ...threads, NO_COLOR: "1" };
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd, env });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  let interrupted = false;
  child.stdout.on("data", (text) => (ended.stdout += String(text)));
  child.stderr.on("data", (text) => {
    ended.stderr += String(text);
    if (!interrupted && when instanceof RegExp && when.test(ended.stderr)) interrupted = child.kill("SIGINT");
  });
  if (when instanceof Promise) void when.then(() => child.kill("SIGINT"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ ...ended, code });
    });
  });
}

/** Runs it within this process: quick, for what ends before anything heavy is loaded. */
export async function callCommand(name: "detect" | "label", args: string[]): Promise<Ended> {
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      ended[stream] += String(text);
      return true;
    }),
  );
  try {
    ended.code = await execute(name === "detect" ? detectProgram() : labelProgram(), args);
    return ended;
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = undefined; // a command sets it for the process that it ends
  }
}
