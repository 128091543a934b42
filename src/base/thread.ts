import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that runs a module of this package.
 *
 * @param name the module's file name without its ending, beside the file that asks
 * @param from that file's `import.meta.url`
 * @param data what the thread finds as node:worker_threads' `workerData`
 */
export function startThread(name: string, from: string, data?: unknown): Worker {
  if (!from.endsWith(".ts")) return new Worker(new URL(`./${name}.js`, from), { workerData: data });
  // Run from the sources, a thread needs their loader first.
  const tsx = createRequire(import.meta.url).resolve("tsx/package.json");
  const loader = new URL("dist/esm/api/index.mjs", pathToFileURL(tsx)).href;
  const thread = new URL(`./${name}.ts`, from).href;
  const code = `import("${loader}").then(({ register }) => { register(); return import("${thread}"); });`;
  return new Worker(code, { eval: true, execArgv: [], workerData: data });
}
