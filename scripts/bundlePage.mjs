// Makes the page that `detect export --to web` writes beside a model: the script and style of src/page, and the
// WebAssembly of TensorFlow.js. scripts/build.mjs puts the files into dist; run from source, they are made on the spot.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as esbuild from "esbuild";
import { root } from "./run.mjs";

const require = createRequire(import.meta.url);
const page = join(root, "src/page");
/** What reports and the page have in common, beside the colours. */
const reportBase = join(root, "src/report/page/base.css");
const wasm = dirname(require.resolve("@tensorflow/tfjs-backend-wasm"));

/** The page's files by name, as bytes. */
export async function bundlePage() {
  const [legal, script] = await bundled({
    entryPoints: [join(page, "page.ts")],
    outfile: "page.js",
    minify: true,
    format: "iife", // a page that is opened as a file loads no modules, and is to say what is wrong
    target: "es2022",
    legalComments: "external",
    plugins: [withoutThreads],
  });
  const names = ["", "-simd"].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  return {
    "page.js": Buffer.from(`${script.text}${notices(legal.text)}`),
    "page.css": Buffer.from(`${await themeCss()}${[reportBase, join(page, "page.css")].map(text).join("")}`),
    "index.html": readFileSync(join(page, "index.html")),
    ...Object.fromEntries(names.map((name) => [name, readFileSync(join(wasm, name))])),
  };
}

/**
 * Leaves out TensorFlow.js's threads: those of 4.22 say that they are one, whatever is asked for, and need headers that few
 * hosts send and a policy that lets scripts be made on the page.
 */
const withoutThreads = {
  name: "without-threads",
  setup(build) {
    build.onResolve({ filter: /threaded-simd/ }, ({ path }) => ({ path, namespace: "none" }));
    build.onLoad({ filter: /./, namespace: "none" }, () => ({
      contents: "export default undefined; export const wasmWorkerContents = undefined",
    }));
  },
};

function text(file) {
  return readFileSync(file, "utf8");
}

/** The colours of the reports. */
async function themeCss() {
  const [script] = await bundled({ entryPoints: [join(root, "src/report/page/theme.ts")], format: "esm" });
  const theme = await import(`data:text/javascript,${encodeURIComponent(script.text)}`);
  return theme.themeCss();
}

/** What esbuild makes, without writing it. */
async function bundled(options) {
  const { outputFiles } = await esbuild.build({ ...options, bundle: true, write: false, logLevel: "error" });
  return outputFiles;
}

/** The licences' notices, each once: the hundreds of TensorFlow.js differ in the year alone. */
function notices(text) {
  const all = text.match(/\/\*[^]*?\*\//g) ?? [];
  const byText = new Map(all.map((notice) => [notice.replaceAll(/\b20\d\d\b|\s+/g, ""), notice]));
  return [...byText.values()].map((notice) => `${notice}\n`).join("");
}
