import { type ChildProcess, fork } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * Starts a process that runs a module of this package, see `startThread`; messages between the two may hold typed arrays.
 *
 * @param name the module's file name without its ending, beside the file that asks
 * @param from that file's `import.meta.url`
 * @param env added to this process's own environment
 */
export function startProcess(name: string, from: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const fromSources = from.endsWith(".ts");
  const module = fileURLToPath(new URL(`./${name}.${fromSources ? "ts" : "js"}`, from));
  // Run from the sources, a process needs their loader first.
  const loader = fromSources ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [];
  return fork(module, { execArgv: loader, serialization: "advanced", env: { ...process.env, ...env } });
}
