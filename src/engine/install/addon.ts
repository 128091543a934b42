import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { AnchorkitError } from "../../base/errors.ts";
import { addonPath, nodePackageFolder } from "../locate.ts";
import { isOnPath, reasonOf, run } from "./run.ts";

/** The npm packages the native engine is built from, with the versions that were tried. */
const NPM_PACKAGES = { "@tensorflow/tfjs-node-gpu": "4.22.0", "node-api-headers": "1.9.0" };

/** What tfjs-node requires of tfjs, and gets a stand-in for. */
const STAND_INS = ["tfjs", "tfjs-core"];

/**
 * Puts tfjs-node's JavaScript, its C++ source and Node-API's headers into `folder/node_modules`. `@tensorflow/tfjs` is
 * replaced by a stand-in that hands out the tfjs of the process that loads it (see load.ts).
 */
export async function installNodePackage(folder: string): Promise<void> {
  for (const name of STAND_INS) {
    const standIn = join(folder, name);
    await mkdir(standIn, { recursive: true });
    await writeJson(join(standIn, "package.json"), {
      name: `@tensorflow/${name}`,
      version: "4.22.0",
      main: "index.js",
    });
    await writeFile(join(standIn, "index.js"), 'module.exports = globalThis[Symbol.for("anchorkit.tfjs")];\n');
  }
  await writeJson(join(folder, "package.json"), {
    private: true,
    dependencies: { ...NPM_PACKAGES, "@tensorflow/tfjs-core": "file:./tfjs-core" },
    overrides: { "@tensorflow/tfjs": "file:./tfjs" },
  });
  // The project's .npmrc may say where packages come from; it may hold passwords, too, so it does not stay.
  const settings = join(folder, ".npmrc");
  await copyFile(join(process.cwd(), ".npmrc"), settings).catch(() => undefined);
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-global", "--prefix", folder];
  const result = await run("npm", ["install", ...flags, "--loglevel=error"], { cwd: folder });
  await rm(settings, { force: true });
  if (result.code !== 0) throw new AnchorkitError(`engine install: npm install failed: ${reasonOf(result)}`);
}

/** The C++ compiler to call: $CXX, g++, c++ or clang++; throws an error that says how to get one. */
export function findCompiler(): readonly [string, ...string[]] {
  const [chosen, ...args] = (process.env.CXX ?? "").split(" ").filter((word) => word !== "");
  if (chosen !== undefined && isOnPath(chosen)) return [chosen, ...args];
  const found = ["g++", "c++", "clang++"].find(isOnPath);
  if (found !== undefined) return [found];
  throw new AnchorkitError(
    "engine install: needs a C++ compiler, and there is none; get one with: apt-get install g++ (Debian, Ubuntu), " +
      "dnf install gcc-c++ (Fedora), xcode-select --install (macOS)",
  );
}

/**
 * Compiles tfjs-node's addon against the libraries and headers of a TensorFlow wheel in `folder/tensorflow`. Paths inside
 * the result are relative, so that the folder can be moved.
 */
export async function compileAddon(
  folder: string,
  libraries: readonly string[],
  compiler: readonly [string, ...string[]],
): Promise<void> {
  const packageFolder = nodePackageFolder(folder);
  const binding = join(packageFolder, "binding");
  const addon = addonPath(packageFolder);
  const output = dirname(addon);
  await mkdir(output, { recursive: true });
  const headers = [
    binding,
    join(folder, "tensorflow", "include"),
    join(folder, "node_modules", "node-api-headers", "include"),
  ];
  const include = headers.map((path) => `-I${path}`);
  const common = ["-std=c++17", "-O2", "-fPIC", "-DNAPI_VERSION=8", ...include];
  const sources = (await readdir(binding)).filter((name) => name.endsWith(".cc")).map((name) => join(binding, name));
  const needed = libraries.map((name) => join(folder, "tensorflow", name));
  const toLibraries = relative(output, join(folder, "tensorflow"));
  if (process.platform === "darwin") {
    const link = ["-bundle", "-undefined", "dynamic_lookup", `-Wl,-rpath,@loader_path/${toLibraries}`];
    await compile(compiler, [...common, ...link, ...sources, ...needed, "-o", addon]);
    return;
  }
  const quiet = join(output, "libquiet.so");
  const quietSource = join(output, "quiet.cc");
  await writeFile(quietSource, QUIET_SOURCE);
  await compile(compiler, [...common, "-shared", `-Wl,-soname,${basename(quiet)}`, quietSource, "-o", quiet]);
  const link = ["-shared", `-Wl,-rpath,$ORIGIN/${toLibraries}`, "-Wl,-rpath,$ORIGIN", "-Wl,--no-as-needed"];
  await compile(compiler, [...common, ...link, ...sources, ...needed, quiet, "-o", addon]);
}

/**
 * TensorFlow logs a line about oneDNN while it is being loaded, before it reads TF_CPP_MIN_LOG_LEVEL. The last library
 * that an addon names is the first to be initialised, so this one sets the level in time; where a loader has another
 * order, that line is printed and nothing else changes.
 */
const QUIET_SOURCE = `#include <cstdlib>
#include "absl/log/globals.h"

namespace {

[[gnu::constructor]] void SetLogLevel() {
  const char *level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  absl::log_internal::RawSetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(level ? std::atoi(level) : 3));
}

}  // namespace
`;

async function compile([program, ...args]: readonly [string, ...string[]], flags: string[]): Promise<void> {
  const result = await run(program, [...args, ...flags]);
  if (result.code !== 0) throw new AnchorkitError(`engine install: ${program} failed: ${reasonOf(result)}`);
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
