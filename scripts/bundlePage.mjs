// Makes the page that `detect export --to web` writes beside a model: the script and style of src/page, and the
// WebAssembly of TensorFlow.js. scripts/build.mjs puts the files into dist; run from source, they are made on the spot.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as esbuild from "esbuild";
import { root } from "./run.mjs";

const require = createRequire(import.meta.url);
const page = join(root, "src/page");
const wasm = dirname(require.resolve("@tensorflow/tfjs-backend-wasm"));

/** The page's files by name, as bytes. */
export async function bundlePage() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(page, "page.ts")],
    outfile: "page.js",
    bundle: true,
    minify: true,
    write: false,
    format: "iife", // a page that is opened as a file loads no modules, and is to say what is wrong
    target: "es2022",
    legalComments: "eof",
    logLevel: "error",
  });
  const names = ["", "-simd", "-threaded-simd"].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  return {
    "page.js": outputFiles[0].contents,
    "page.css": Buffer.concat([Buffer.from(await themeCss()), readFileSync(join(page, "page.css"))]),
    "index.html": readFileSync(join(page, "index.html")),
    ...Object.fromEntries(names.map((name) => [name, readFileSync(join(wasm, name))])),
  };
}

/** The colours of the reports. */
async function themeCss() {
  const entryPoints = [join(root, "src/report/page/theme.ts")];
  const { outputFiles } = await esbuild.build({ entryPoints, bundle: true, write: false, format: "esm" });
  const theme = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return theme.themeCss();
}
