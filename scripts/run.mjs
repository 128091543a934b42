import { spawn } from "node:child_process";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The path of a development tool's command, such as tsc. */
export const tool = (name) => `${root}node_modules/.bin/${name}`;

/**
 * Runs a command in the repository's root and answers `{ code, output }`. Its output is shown as it comes, or, with
 * `quiet`, kept in `output`. A Ctrl-C reaches the command itself, as it belongs to the same terminal; this process
 * waits for it to end.
 */
export async function run(command, args, { quiet = false } = {}) {
  const child = spawn(command, args, { cwd: root, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => chunks.push(chunk));
  const wait = () => undefined;
  process.on("SIGINT", wait);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exit, signal) => resolve(signal === null ? exit : signal === "SIGINT" ? 130 : 1));
    });
    return { code, output: Buffer.concat(chunks).toString() };
  } catch (error) {
    const output = `${command}: ${error.message}\n`;
    if (!quiet) console.error(output);
    return { code: 1, output };
  } finally {
    process.off("SIGINT", wait);
  }
}

/** Seconds since a time taken from performance.now(), as text. */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Says every 20 seconds that a step is still at work, with or without a terminal, until what it answers is called. */
export function stillRunning(step) {
  const start = performance.now();
  const timer = setInterval(() => console.log(`${step}: still at work after ${seconds(start)}`), 20_000);
  return () => clearInterval(timer);
}
