import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder } from "../base/cacheFolder.ts";
import { TENSORFLOW_VERSION, type Variant } from "./install/platform.ts";

/** A folder with tfjs-node or tfjs-node-gpu, which holds a native engine if its addon was built. */
export interface EnginePlace {
  /** `project`: a package of the user's own; `cache`: made by `detect engine install`. */
  origin: "project" | "cache";
  /** Folder of the package. */
  folder: string;
  /** Where its native addon is, if it has one. */
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
 * The places where a native engine may be, the first choice first: what `detect engine install --gpu` made, as somebody
 * asked for it; packages of the user's project; what `detect engine install` made. `from` is a file inside the project;
 * by default this one.
 */
export function findEngines(from: string = import.meta.url): EnginePlace[] {
  const require = createRequire(from);
  const project = PACKAGES.flatMap((name): EnginePlace[] => {
    const folder = packageFolder(require, name);
    return folder === undefined ? [] : [{ origin: "project", folder, addon: addonPath(folder) }];
  });
  return [...installedEngine("gpu"), ...project, ...installedEngine("cpu")];
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

function installedEngine(variant: Variant): EnginePlace[] {
  const folder = engineFolder(variant);
  if (readInstallRecord(folder) === undefined) return [];
  const inner = nodePackageFolder(folder);
  return [{ origin: "cache", folder: inner, addon: addonPath(inner) }];
}

function packageFolder(require: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
