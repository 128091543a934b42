import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { TENSORFLOW_VERSION, type Variant } from "./platform.ts";

/** A folder with `tfjs-node` or `tfjs-node-gpu` that may hold a native engine. */
export interface EnginePlace {
  /** `project`: a package of the user's own; `cache`: made by `detect engine install`. */
  origin: "project" | "cache";
  /** Folder of the package. */
  folder: string;
  /** Path of the compiled addon, which is there. */
  addon: string;
}

/** What `detect engine install` writes, last of all, into the folder that it made. */
export interface InstallRecord {
  tensorflow: string;
  variant: Variant;
  /** When it was made, ISO 8601. */
  installed: string;
}

/** The npm packages that can hold a native engine, the first choice first. */
const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

/** Raised when the way of building an engine changes, so that one built the old way is not taken for a new one. */
const RECIPE = 1;

/**
 * The places where a native engine is, the first choice first: packages of the user's project that have their native
 * addon, then what `detect engine install` made. `from` is a file inside the project; by default this one.
 */
export function findEngines(from: string = import.meta.url): EnginePlace[] {
  const require = createRequire(from);
  const places: EnginePlace[] = [];
  for (const name of PACKAGES) {
    const folder = packageFolder(require, name);
    if (folder !== undefined) places.push({ origin: "project", folder, addon: addonPath(folder) });
  }
  for (const variant of ["gpu", "cpu"] as const) {
    const folder = engineFolder(variant);
    if (readInstallRecord(folder) === undefined) continue;
    const inner = nodePackageFolder(folder);
    places.push({ origin: "cache", folder: inner, addon: addonPath(inner) });
  }
  return places.filter(({ addon }) => existsSync(addon));
}

/** The folder in which `detect engine install` puts TensorFlow for this platform. */
export function engineFolder(variant: Variant): string {
  const { platform, arch } = process;
  return join(cacheFolder(), "engine", `tensorflow-${TENSORFLOW_VERSION}-${platform}-${arch}-${variant}-${RECIPE}`);
}

/** The record of a complete installation, or undefined where there is none or only half of one. */
export function readInstallRecord(folder: string): InstallRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(folder), "utf8")) as InstallRecord;
  } catch {
    return undefined;
  }
}

/** Where the record of an installation is. */
export function recordPath(folder: string): string {
  return join(folder, "engine.json");
}

/** The folder of the tfjs-node package inside an engine's folder. */
export function nodePackageFolder(folder: string): string {
  return join(folder, "node_modules", ...PACKAGES[0].split("/"));
}

/** Where a tfjs-node package has its native addon: Node-API 8 serves all versions of Node that anchorkit takes. */
export function addonPath(packageFolder: string): string {
  return join(packageFolder, "lib", "napi-v8", "tfjs_binding.node");
}

/** anchorkit's folder among the user's caches. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const home = homedir();
  if (process.platform === "darwin") return join(home, "Library", "Caches", "anchorkit");
  if (process.platform === "win32") return join(LOCALAPPDATA ?? join(home, "AppData", "Local"), "anchorkit");
  const xdg = XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, ".cache");
  return join(xdg, "anchorkit");
}

function packageFolder(require: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
