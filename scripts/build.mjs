// Compiles src to dist when a source has changed since the last build; otherwise does nothing.
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { root, run, seconds, stillRunning, tool } from "./run.mjs";

const dist = join(root, "dist");
const stamp = join(dist, ".built-from");

/** Compiles; answers the exit code. */
export async function build() {
  const sources = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return 0;
  console.log("build: compiling src to dist; usually 10 to 60 seconds");
  const start = performance.now();
  rmSync(dist, { recursive: true, force: true });
  const stop = stillRunning("build");
  const { code } = await run(tool("tsc"), ["-p", "tsconfig.build.json"]);
  stop();
  if (code !== 0) return code;
  cpSync(join(root, "src"), dist, {
    recursive: true,
    filter: (path) => statSync(path).isDirectory() || !/\.tsx?$/.test(path),
  });
  const site = join(dist, "page/site");
  mkdirSync(site, { recursive: true });
  const { bundlePage } = await import("./bundlePage.mjs"); // needs packages, which this file's own import may precede
  for (const [name, bytes] of Object.entries(await bundlePage())) writeFileSync(join(site, name), bytes);
  const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const path of Object.values(bin)) chmodSync(join(root, path), 0o755);
  writeFileSync(stamp, sources);
  console.log(`build: done in ${seconds(start)}`);
  return 0;
}

/** Changes when a source, or what decides how it is compiled, changes, comes or goes. */
function fingerprint() {
  const sources = readdirSync(join(root, "src"), { recursive: true }).map((path) => join("src", path));
  const files = [...sources.sort(), "tsconfig.json", "tsconfig.build.json", "package.json", "scripts/bundlePage.mjs"];
  const hash = createHash("sha256");
  for (const file of files) {
    const path = join(root, file);
    if (statSync(path).isFile()) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

if (process.argv[1] === import.meta.filename) process.exitCode = await build();
