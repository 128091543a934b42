// Brings a fresh clone to work: packages, build, engine. Each is left alone when it is there. Plain Node, no packages.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root, run, seconds, stillRunning } from "./run.mjs";

/** Installs what is missing; answers the exit code of the step that failed, or 0. */
export async function setup() {
  return (await installPackages()) || (await build()) || (await installEngine());
}

async function installPackages() {
  const reason = staleness();
  if (reason === undefined) return 0;
  console.log(`set-up: installing packages with npm ci (${reason}); usually 15 to 60 seconds`);
  const start = performance.now();
  // npm tells where it is when it runs a script; that spares a search for npm.cmd on Windows
  const npm = process.env.npm_execpath;
  const [command, ...args] = npm === undefined ? ["npm"] : [process.execPath, npm];
  const stop = stillRunning("set-up: npm ci");
  const { code } = await run(command, [...args, "ci", "--no-audit", "--no-fund"]);
  stop();
  if (code === 0) console.log(`set-up: packages installed in ${seconds(start)}`);
  else console.error(`set-up: npm ci failed with exit code ${code}`);
  return code;
}

/** Why node_modules does not match package-lock.json; undefined when it does. */
function staleness() {
  const hidden = join(root, "node_modules", ".package-lock.json"); // npm writes it last
  if (!existsSync(hidden)) return "node_modules is missing or half installed";
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(readFileSync(hidden, "utf8")).packages;
  for (const [path, { version, optional, devOptional }] of Object.entries(wanted)) {
    if (path === "" || present[path]?.version === version) continue;
    if (present[path] === undefined && (optional || devOptional)) continue; // meant for another platform
    return `${path} is ${present[path]?.version ?? "missing"}, package-lock.json says ${version}`;
  }
  return undefined;
}

async function installEngine() {
  console.log("set-up: the engine, TensorFlow (a few seconds if it is installed, else some minutes with its download)");
  const { code } = await run(process.execPath, [join("dist", "cli", "detect.js"), "engine", "install"]);
  if (code !== 0) console.error("set-up: the engine could not be installed; see the line above");
  return code;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await setup();
