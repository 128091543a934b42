import * as core from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { loadGraphModel } from "@tensorflow/tfjs-converter";

/** TensorFlow.js as the page has it. */
export const tf = { tensor: core.tensor, dispose: core.dispose, io: { http: core.io.http }, loadGraphModel };

/** What computes, and how the page calls it. */
export const BACKENDS = { wasm: "processor (WebAssembly)", webgl: "graphics card (WebGL)" } as const;
export type Backend = keyof typeof BACKENDS;

/** Threads beyond these bring little. */
const MOST_THREADS = 8;

/** Says where the WebAssembly lies and how many threads it may use, which must come before all else. */
export function prepareBackends(): void {
  setWasmPaths("./");
  // browsers allow threads where the host isolates the page: with COOP and COEP headers
  setThreadsCount(crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1);
}

/** Those that this browser has. */
export function availableBackends(): Backend[] {
  const hasWebgl = document.createElement("canvas").getContext("webgl2") !== null;
  return hasWebgl ? ["wasm", "webgl"] : ["wasm"];
}

/** Lets a backend compute from now on. @throws Error if it cannot */
export async function useBackend(name: Backend): Promise<void> {
  if (!(await core.setBackend(name))) throw new Error(`${BACKENDS[name]}: this browser has none that works`);
  await core.ready();
}

/** How many threads compute, where several do. */
export function threadsShown(name: Backend): string {
  const threads = name === "wasm" ? getThreadsCount() : 1;
  return threads > 1 ? `, ${threads} threads` : "";
}
