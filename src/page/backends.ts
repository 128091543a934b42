import * as core from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-webgl";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { loadGraphModel } from "@tensorflow/tfjs-converter";

/** TensorFlow.js as the page has it. */
export const tf = { tensor: core.tensor, dispose: core.dispose, io: { http: core.io.http }, loadGraphModel };

/** What computes, and how the page calls it. */
export const BACKENDS = { wasm: "processor (WebAssembly)", webgl: "graphics card (WebGL)" } as const;
export type Backend = keyof typeof BACKENDS;

/** Says where the WebAssembly lies, and that the one with threads is left out, which must come before all else. */
export function prepareBackends(): void {
  setWasmPaths("./");
  core.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
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
