import * as esbuild from "esbuild";
import { pageFiles } from "../../src/export/web/pageFiles.ts";

/** A page with anchorkit/browser on tfjs's WebAssembly or another backend as `window.load`, as people bundle it. */
export async function libraryPage(): Promise<Map<string, Uint8Array>> {
  const entry = new URL("libraryEntry.ts", import.meta.url).pathname;
  const { outputFiles } = await esbuild.build({
    ...{ entryPoints: [entry], bundle: true, minify: true, write: false, format: "iife", logLevel: "error" },
  });
  const wasm = Object.entries(await pageFiles()).filter(([name]) => name.endsWith(".wasm"));
  return new Map([
    ...wasm,
    ["index.html", Buffer.from('<!doctype html><link rel="icon" href="data:,"><script src="library.js"></script>')],
    ["library.js", outputFiles[0]?.contents ?? new Uint8Array()],
  ]);
}
